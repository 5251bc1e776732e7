"""Field names of JSON, CSV and front matter, in English and Indonesian, to an Article."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from index.article import Article
from index.config import Config, FieldNames
from index.enrich.dates import read_date, utc_moment
from index.errors import SourceError
from index.messages import format_number, gettext
from index.sources.encoding import clean
from index.urls import canonical_url, clean_url

# In the order in which they are tried. Beside the usual names, those of the JSON that news
# tools write; docs/sources.md has them by tool.
_NAMES = {
    "title": ("title", "headline", "judul"),
    "body": (
        *("body", "text", "content", "maintext", "isi", "konten"),
        *("content_html", "content_text", "plaintext", "story_text"),
    ),
    "date": (
        *("date", "publish_date", "published_at", "publishing_date", "tanggal"),
        *("date_published", "date_publish", "publishedat", "published", "pubdate"),
    ),
    "modified": (
        *("modified", "modified_at", "date_modified", "last_modified", "diperbarui"),
        "date_modify",
    ),
    "url": ("url", "link"),
    "aliases": ("aliases",),
    "source": (
        *("source", "sumber", "publisher", "sitename", "source_domain"),
        *("meta_site_name", "media_name"),
    ),
    "id": ("id", "guid", "article_id", "_id", "stories_id"),
    "category": ("category", "section", "rubrik", "categories"),
    "author": ("author", "authors", "penulis"),
    "tags": ("tags", "topics", "keywords", "meta_keywords"),
    "corrects": ("corrects", "meralat"),
    "embargo_until": ("embargo_until", "embargo_sampai"),
}
# Elsewhere a number is the key of something that the record does not hold (WordPress).
_NUMERIC = {"id", "date", "modified", "corrects", "embargo_until"}
# What exporters write for a value that is missing.
_MISSING = {"", "null", "none", "nan"}

_BLOCKS = ("p", "br", "div", "li", "blockquote", "figure", "figcaption", "pre", "td", "th", "tr")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# A tag ends before the next: no search from each `<p` of `<p<p<p` runs to the end of the text.
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|img|h[1-6]|figure|blockquote)\b[^<>]*>"
    r"|&(?:#\d+|#x[\da-f]+|[a-z]+);",
    re.IGNORECASE,
)

# Of an element; news pages have some 20 at the most, and so many take lxml 20 ms.
_MOST_ATTRIBUTES = 5000


@functools.cache
def names(field: str, configured: FieldNames) -> tuple[str, ...]:
    """The names, as keys, under which a field is looked for, in the order they are tried."""
    return tuple(_key(name) for name in getattr(configured, field)) + _NAMES[field]


def _key(name: str) -> str:
    """The form in which names are compared: `Date Published` and `date-published` are one."""
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def has_body(keys: Iterable[str], configured: FieldNames) -> bool:
    """Whether one of these keys is a name of the body."""
    return not {_key(key) for key in keys}.isdisjoint(names("body", configured))


def article(raw: Mapping[str, Any], config: Config, body: str | None = None) -> Article:
    """The Article in a mapping with any of the known field names, in any case, with blanks,
    hyphens or underscores between their words.

    The first name with a value wins. A `body` that is given stands before any in the mapping.
    A date that cannot be read is kept as it is written. Without a body, or with an embargo whose
    end cannot be read: SourceError.
    """
    fields = {_key(key): value for key, value in raw.items()}

    def values(field: str) -> list[str]:
        found = (
            _strings(fields.get(name), field in _NUMERIC)
            for name in names(field, config.sources.fields)
        )
        return next((strings for strings in found if strings), [])

    def value(field: str) -> str | None:
        return next((" ".join(text.split()) for text in values(field)), None)

    def moment(field: str) -> str | None:
        said = value(field)
        return read_date(said, config.timezone) if said else None

    body = body or "\n".join(values("body"))
    if not body:
        raise SourceError(
            gettext(
                "no body under any of {fields}",
                fields=", ".join(names("body", config.sources.fields)),
            )
        )
    date = moment("date")
    embargo_until = moment("embargo_until")
    if embargo_until is None and (said := value("embargo_until")):
        raise SourceError(
            gettext(
                "the end of its embargo, {said!r}, cannot be read; write it as "
                "2021-06-22T14:05+07:00",
                said=said,
            )
        )
    return Article(
        body=body,
        title=value("title"),
        date=date,
        unread_date=value("date") if date is None else None,
        modified=moment("modified"),
        url=clean_url(value("url")),
        aliases=tuple(filter(None, map(clean_url, values("aliases")))),
        source=value("source"),
        given_id=value("id"),
        category=value("category"),
        authors=_listed(values("author"), ";"),
        tags=_listed(values("tags"), ";,"),
        corrects=tuple(canonical_url(one) or one for one in _listed(values("corrects"), ";")),
        embargo_until=embargo_until and utc_moment(embargo_until, config.timezone),
    )


def _listed(values: list[str], separators: str) -> tuple[str, ...]:
    """Each item once, in order; one string may hold several between separators."""
    items = (item.strip() for value in values for item in re.split(f"[{separators}]", value))
    return tuple(dict.fromkeys(item for item in items if item))


def text_of(value: str) -> str:
    """The cleaned text of a string, which may hold HTML."""
    text = clean(value).strip()
    return clean(html_text(text)).strip() if _MARKUP.search(text) else text


def html_text(markup: str) -> str:
    """The text of an HTML fragment, one line for each block."""
    from lxml import html  # type: ignore[import-untyped]  # loaded for fragments only

    refuse_many_attributes(markup)
    parser = html.HTMLParser(encoding="utf-8")  # of bytes: text may not declare an encoding
    root = html.document_fromstring(f"<div>{markup}</div>".encode(), parser)
    for element in root.iter("script", "style"):
        element.text = None
    for element in root.iter(*_BLOCKS, *_HEADINGS):
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in root.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def refuse_many_attributes(markup: str) -> None:
    """Raise SourceError where a tag of HTML has more attributes than any page needs.

    libxml2 walks over all attributes of an element to add one to its tree: 80,000 of them, 800 KB,
    take 6 s, and four times as long each time that they double. Without a tree they are counted
    in linear time, and by the same rules.
    """
    if len(markup) <= 2 * _MOST_ATTRIBUTES:  # no room for a letter and a blank each
        return
    from lxml import etree

    etree.fromstring(markup.encode(), etree.HTMLParser(target=_AttributeCounter()))


class _AttributeCounter:
    """What lxml's parser tells of a page, and what it asks of who is told."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > _MOST_ATTRIBUTES:
            raise SourceError(
                gettext(
                    "a <{tag}> with {attributes} attributes is no web page",
                    tag=tag,
                    attributes=format_number(len(attributes)),
                )
            )

    def close(self) -> None:
        pass


def _strings(value: Any, numbers: bool) -> list[str]:
    """Every text in a value, cleaned: itself, its items, its `name` or `rendered`, its values."""
    if isinstance(value, str):
        text = text_of(value)
        return [] if text.lower() in _MISSING else [text]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item, numbers)]
    if isinstance(value, Mapping):
        chosen = value.get("name") or value.get("rendered") or list(value.values())
        return _strings(chosen, numbers)
    if numbers and isinstance(value, int | float) and not isinstance(value, bool):
        return _strings(str(value), numbers)
    return []
