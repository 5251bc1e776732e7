"""Feed files: RSS 0.9 to 2.0 and Atom, read with feedparser."""

import io
from collections.abc import Iterator
from typing import Any

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import fields, xml
from index.sources.record import Record, Reject
from index.sources.streams import Stream

_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_RSS_IN_RDF = ("http://purl.org/rss/", "http://my.netscape.com/rdf/", "http://channel.netscape.com")


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is a feed."""
    root = xml.read_root(start)
    return root is not None and _is_feed(root)


def _is_feed(root: xml.Root) -> bool:
    if root.local_name == "RDF":
        return any(namespace in root.tag for namespace in _RSS_IN_RDF)
    if root.local_name == "feed":
        return any(namespace in root.tag for namespace in _ATOM)
    return root.name == "rss"


def split(stream: Stream, config: Config) -> Iterator[Record | Reject]:
    """A record for each item, numbered as in the file; a damaged one is a Reject.

    The payload is a feed of this one item, with the title of the whole.
    """
    root = xml.peek_root(stream)
    prefix = root.name.removesuffix(root.local_name) if root.local_name == "feed" else ""
    item = prefix + ("entry" if root.local_name == "feed" else "item")
    start, end = ("", "") if root.local_name == "feed" else ("<channel>", "</channel>")
    title = ""
    for element in xml.elements(stream, root, (f"{prefix}title",), item, config):
        if isinstance(element, Reject):
            yield element
            continue
        try:
            text = xml.text_of(root, element.data)
        except SourceError as error:
            if element.number:
                yield Reject(element.number, str(error))
            continue
        if element.number:
            payload = f"{root.tag}{start}{title}{text}{end}</{root.name}>"
            yield Record(element.number, payload.encode(), "feed")
        else:
            title = title or text


def read(payload: bytes, config: Config) -> Article:
    """The Article in a feed of one item: its full text where there is one, else its summary."""
    import feedparser  # 40 ms

    # From a stream: a string is also tried as an address and as the name of a file.
    feed = feedparser.parse(io.BytesIO(payload), sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise SourceError(gettext("not an item of a feed"))
    entry: dict[str, Any] = dict(feed.entries[0])
    markups = [content.get("value") for content in entry.get("content", ())]
    texts = (fields.text_of(markup) for markup in [*markups, entry.get("summary")] if markup)
    body = next(filter(None, texts), None)
    if body is None:
        raise SourceError(gettext("the item has neither content nor summary"))
    terms = [term.get("label") or term.get("term") for term in entry.get("tags", ())]
    said = {
        "title": entry.get("title"),
        "date": entry.get("published") or entry.get("updated"),
        "modified": entry.get("updated") if "published" in entry else None,
        "url": entry.get("link"),
        "source": entry.get("source", {}).get("title") or feed.feed.get("title"),
        "id": entry.get("id"),
        "category": terms,
        "author": [author.get("name") for author in entry.get("authors", ())],
        "tags": terms[1:],
    }
    return fields.article(said, config, body)
