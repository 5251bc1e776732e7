"""The Article record: what a source says, before anything is read into it."""

import msgspec


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article as its source gives it. Text is NFC, without control characters.

    `date` and `modified` are ISO 8601: a bare day (`2021-06-22`) keeps day precision, a
    moment carries its offset (`2021-06-22T14:05+07:00`). `unread_date` is what the source wrote
    for the date where that cannot be read. `given_id` is the identifier that the article came
    with. `aliases` are other addresses at which it stood, such as the one that a crawler asked
    for, where the page names another as its own. `corrects` are the URLs or ids of articles that it
    says it corrects; `embargo_until` is a moment in UTC before which it is not to be shown.
    """

    body: str
    title: str | None = None
    date: str | None = None
    modified: str | None = None
    url: str | None = None
    aliases: tuple[str, ...] = ()
    source: str | None = None
    given_id: str | None = None
    category: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    unread_date: str | None = None
    corrects: tuple[str, ...] = ()
    embargo_until: str | None = None

    def content_hash(self) -> bytes:
        """Sixteen bytes that change when anything in the article does."""
        import hashlib  # loads OpenSSL, which a question does not need

        return hashlib.blake2b(to_json(self), digest_size=16).digest()


class CountryMention(msgspec.Struct, frozen=True):
    """A country (ISO 3166-1 alpha-2) and where the text names it, half-open code points."""

    code: str
    spans: tuple[tuple[int, int], ...] = ()


class PersonMention(msgspec.Struct, frozen=True):
    """A person, by the fullest spelling in the article, and every mention, short ones too."""

    name: str
    spans: tuple[tuple[int, int], ...] = ()


class Office(msgspec.Struct, frozen=True):
    """A person whom the article shows in an office of state, folded ("menteri luar negeri").

    `country` is ISO 3166-1 alpha-2, empty where the text names none.
    """

    office: str
    country: str
    name: str


class DateMention(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """A date expression at `start:end`, and the first and last day (or moment) it means."""

    text: str
    start: int
    end: int
    first: str
    last: str


class Enrichment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is read in an article. Spans are offsets into `clean_text`, not into the body.

    `cuts` are the spans of the body that are site boilerplate. `inferred` names the fields
    among title, date and source that the article came without and that were read in its text.
    """

    cuts: tuple[tuple[int, int], ...] = ()
    title: str | None = None
    date: str | None = None
    source: str | None = None
    inferred: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    countries: tuple[CountryMention, ...] = ()
    people: tuple[PersonMention, ...] = ()
    offices: tuple[Office, ...] = ()
    dates: tuple[DateMention, ...] = ()


def known_address(url: str | None) -> str | None:
    """The one form of an address by which its article is known; None for what is none."""
    from index.urls import canonical_url  # compiles patterns, which a question does not need

    return canonical_url(url)


def clean_text(body: str, cuts: tuple[tuple[int, int], ...]) -> str:
    """The body without its boilerplate. `cuts` are sorted and do not overlap."""
    if not cuts:
        return body
    kept, place = [], 0
    for start, end in cuts:
        kept.append(body[place:start])
        place = end
    kept.append(body[place:])
    return "".join(kept)


to_json = msgspec.json.Encoder().encode
article_from_json = msgspec.json.Decoder(Article).decode
enrichment_from_json = msgspec.json.Decoder(Enrichment).decode
