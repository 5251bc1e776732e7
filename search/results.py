"""The question as a program asks it, and the answer: the same objects behind CLI, JSON, library."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, get_args

import msgspec

from index.errors import QueryError
from index.messages import gettext
from index.schema import DATE, KEYWORDS

# What is counted where a question does not say.
DEFAULT_FACETS = ("country:5", "person:5", "date:year:10", "source:5")
# So many values of a facet that names no number.
FACET_LIMIT = 10
# Two lines of a wide terminal, and some.
SNIPPET_CHARS = 240

Sort = Literal["relevance", "newest", "oldest"]
Interval = Literal["year", "month", "day"]
Match = Literal["all", "most"]
# One entry is one use of the option: alternatives, as a list or separated by commas.
Filters = Mapping[str, str | Sequence[str | Sequence[str]]]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Facet(msgspec.Struct, frozen=True):
    """A field whose values are to be counted; `limit` of the most frequent are told.

    For `date`, `interval` says what is counted; the latest are told then, not the most frequent.
    """

    field: str
    limit: _Count | None = 10
    interval: Interval | None = None


def read_facet(described: str, limit: int | None) -> Facet:
    """A facet as people write it: `country`, `country:20`, `date:month`, `date:month:12`.

    `limit` applies where it names none. Raises QueryError for anything else.
    """
    field, *rest = described.split(":")
    interval: Interval | None = "year" if field == DATE.name else None
    if rest and rest[0] in get_args(Interval):
        interval = rest.pop(0)  # type: ignore[assignment]
    if field not in KEYWORDS or len(rest) > 1 or (rest and not rest[0].isdecimal()):
        raise QueryError(
            gettext(
                "facet {given}: use FIELD[:N] with one of {names}, or date:year|month|day[:N]",
                given=described,
                names=", ".join(KEYWORDS),
            ),
            option="facet",
        )
    return Facet(field, int(rest[0]) if rest else limit, interval)


class Request(msgspec.Struct, frozen=True):
    """A question. Several entries for a field of `filters` must all hold, as must all fields.

    `match` decides between all words and most words; None leaves it to the engine. `exact`
    matches words as they are written instead of by their stems, `expand` also by their aliases
    and numbers by their value, unless `exact`. `limit` None means every hit. Otherwise `group`
    lists the best hit of each story alone, and `limit` and `offset` count stories.
    `snippet_chars` 0 means no snippets. `total` False spares the counting: the best hits are then
    found without looking at every article that answers. `related` asks what stands out in the
    answer. `after_seq` leaves only what came into the archive, changed, or may be shown again since
    its change of that number.
    """

    query: str = ""
    filters: Filters = {}
    exclude: Filters = {}
    since: str | None = None
    until: str | None = None
    sort: Sort = "relevance"
    match: Match | None = None
    limit: _Count | None = 10
    offset: _Count = 0
    facets: Sequence[Facet] = ()
    exact: bool = False
    expand: bool = True
    explain: bool = False
    snippet_chars: _Count = SNIPPET_CHARS
    total: bool = True
    related: bool = False
    group: bool = True
    after_seq: _Count = 0


def checked(request: Request) -> Request:
    """The request with values of the declared types; a `datetime.date` becomes its ISO form.

    Python lets anything be passed for anything. Raises QueryError, which names the option.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(request), Request)
    except TypeError as error:
        raise QueryError(gettext("a value that no option takes ({error})", error=error)) from error
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        option = place.strip("`").removeprefix("$.")
        kinds = {"sort": Sort, "match": Match, "interval": Interval}
        accepted = ", ".join(get_args(kinds.get(option.rpartition(".")[2])))
        hint = gettext("; it is one of {values}", values=accepted) if accepted else ""
        raise QueryError(f"{option}: {problem[0].lower()}{problem[1:]}{hint}") from error


class ArchiveState(msgspec.Struct, frozen=True):
    """Which state of the archive an answer describes; `seq` is its last change."""

    commit: int
    articles: int
    last_indexed: str
    seq: int


class Expansion(msgspec.Struct, frozen=True, rename={"typed": "from"}):
    """Words of a question, and what they were looked for as, too."""

    typed: str
    to: list[str]


class Understood(msgspec.Struct, frozen=True):
    """What the question was taken to mean; `parsed` can be asked again."""

    raw: str
    parsed: str
    mode: Match
    expansions: list[Expansion]
    filters: dict[str, list[list[str]]]
    exclude: dict[str, list[list[str]]]


class Snippet(msgspec.Struct, frozen=True):
    """A passage; highlights are half-open code point offsets into `text`."""

    text: str
    highlights: list[tuple[int, int]]


class Explanation(msgspec.Struct, frozen=True):
    """One summand of a score: `score = weight * idf * saturation` (search/embedded/score.py).

    `field` is what it looks at: the stem or the surface of a word; "all words", "date" or "story"
    (what a near-copy has more), which belong to no word; or the "lead", where `saturation` tells
    how early the word stands. Only stem and surface have frequencies.
    """

    word: str
    field: str
    score: float
    weight: float
    idf: float
    articles: int | None
    frequency: float | None
    title_frequency: float | None
    saturation: float


class Story(msgspec.Struct, frozen=True):
    """Articles that are one text, or nearly so: those that are shown, whether or not they answer.

    `articles` are their ids and `outlets` their sources, both oldest first and undated ones last;
    `id` is the first of them. `earliest` is the id of the one that appeared first, None where the
    dates do not tell.
    """

    id: str
    size: int
    outlets: list[str]
    earliest: str | None
    articles: list[str]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An article that answers. `inferred` names what the article itself does not say.

    More than one of `versions` means that it was changed; `corrects` and `corrected_by` are the ids
    of articles that it says it corrects, and of those that say so of it. `story` is None where no
    other article has its text.
    """

    id: str
    title: str | None
    url: str | None
    date: str | None
    source: str | None
    category: str | None
    agency: list[str]
    author: list[str]
    countries: list[str]
    people: list[str]
    inferred: list[str]
    versions: int
    corrects: list[str]
    corrected_by: list[str]
    score: float
    story: Story | None = None
    snippet: Snippet | None = None
    explanation: list[Explanation] | msgspec.UnsetType = msgspec.UNSET


class FacetValue(msgspec.Struct, frozen=True):
    """A value and the number of articles that have it."""

    value: str
    label: str
    count: int
    selected: bool


class FacetResult(msgspec.Struct, frozen=True):
    """The counts of one field, made without the field's own filter.

    `distinct` counts the values that occur, `missing` the articles that have none.
    """

    distinct: int
    missing: int
    values: list[FacetValue]


class Outstanding(msgspec.Struct, frozen=True):
    """A value that `count` of the counted articles have, and `articles` of the whole archive.

    `score` is by how much that is more than chance would have it (log-likelihood).
    """

    value: str
    label: str
    count: int
    articles: int
    score: float


class Related(msgspec.Struct, frozen=True):
    """What stands out in an answer against the whole archive, most first.

    People and countries are counted in every article that answers, words in the texts of the
    best ones.
    """

    people: list[Outstanding]
    countries: list[Outstanding]
    words: list[Outstanding]


class Without(msgspec.Struct, frozen=True):
    """A filter, and how many articles would answer without it."""

    field: str
    values: list[str]
    negated: bool
    articles: int


class Nothing(msgspec.Struct, frozen=True):
    """Why nothing answers: what each filter costs, words that no article has, and the days
    between which the archive's articles appeared.
    """

    filters: list[Without]
    unknown_words: list[str]
    first_day: str | None
    last_day: str | None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a Request; `total` is None where it asked for none.

    `total` counts articles, `stories` what `limit` and `offset` count; None where hits are not
    grouped, or nothing was counted.
    `suggestion` is the question with words spelt otherwise, which may have been meant. `related`
    is there where it was asked for, `nothing` where `total` is 0. `cursor` goes on behind the hits
    where a list is read page by page over HTTP.
    """

    schema_version: int = 1
    archive: ArchiveState
    query: Understood
    total: int | None
    stories: int | None
    took_ms: float
    hits: list[Hit]
    facets: dict[str, FacetResult]
    related: Related | msgspec.UnsetType = msgspec.UNSET
    nothing: Nothing | msgspec.UnsetType = msgspec.UNSET
    suggestion: str | None = None
    warnings: list[str]
    cursor: str | msgspec.UnsetType = msgspec.UNSET

    def to_json(self, *, indent: int = 0) -> bytes:
        """The JSON form, which the command line and the HTTP API share."""
        encoded = msgspec.json.encode(self)
        return msgspec.json.format(encoded, indent=indent) if indent else encoded


class Leader(msgspec.Struct, frozen=True):
    """The article that answers best in a period."""

    id: str
    title: str | None


class Period(msgspec.Struct, frozen=True):
    """A day, month or year, and the number of its articles; a peak names its leading one."""

    period: str
    articles: int
    leader: Leader | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles answer in each period from the first to the last, empty ones included.

    `total` is the periods' sum and the `undated`.
    """

    schema_version: int = 1
    archive: ArchiveState
    query: Understood
    interval: Interval
    total: int
    undated: int
    periods: list[Period]
    warnings: list[str]


class Completion(msgspec.Struct, frozen=True):
    """What a beginning may become, and how many articles have it."""

    text: str
    kind: Literal["person", "country", "phrase", "word"]
    articles: int


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """Articles like another one, most alike first; `copies` of it are not among them.

    `words` are those by which they were found.
    """

    schema_version: int = 1
    id: str
    title: str | None
    words: list[str]
    hits: list[Hit]
    copies: list[str]
    took_ms: float


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a Request hit by hit, and what is known before the first of them.

    Iterate over it once, while the engine is open.
    """

    archive: ArchiveState
    query: Understood
    total: int
    warnings: list[str]
    hits: Iterator[Hit]

    def __iter__(self) -> Iterator[Hit]:
        return self.hits
