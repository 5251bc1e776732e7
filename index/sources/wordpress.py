"""WordPress: export files (WXR), and the posts of its REST API."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import fields, xml
from index.sources.encoding import clean
from index.sources.record import PassedOver, Record, Reject, json_record
from index.sources.streams import Stream

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Tree

_NAMESPACE = "http://wordpress.org/export/"
_EXCERPT = re.compile(rf"\{{{_NAMESPACE}[\d.]+/excerpt/\}}")
_NO_MOMENT = "0000-00-00"

_PLAYER = re.compile(
    r"\[(audio|embed|gallery|playlist|video)\b[^\[\]]*\](?:[^\[]*\[/\1\])?", re.IGNORECASE
)
_SHORTCODE = re.compile(r"\[(/?)([a-z][\w-]*+)(\s[^\[\]=]*+=[^\[\]]*+)?\s*+/?\]")


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is a WordPress export."""
    root = xml.read_root(start)
    return root is not None and root.name == "rss" and _NAMESPACE in root.tag


def split(stream: Stream, config: Config) -> Iterator[Record | Reject | PassedOver]:
    """A record for each published post of an export, numbered like the items in the file.

    Drafts, private, protected, scheduled and trashed posts, pages, attachments, and all else
    that is no post are passed over. A damaged item is a Reject, and the next one is read. The
    payload is the post as the REST API would write it.
    """
    root = xml.peek_root(stream)
    site: str | None = None
    authors: dict[str, str] = {}
    for element in xml.elements(stream, root, ("title", "wp:author"), "item", config):
        if isinstance(element, Reject):
            yield element
            continue
        try:
            tree = xml.parse(root, element.data)
        except SourceError as error:
            if element.number:  # elsewhere it costs a name, and no article
                yield Reject(element.number, str(error))
            continue
        if element.number:
            yield _post(element.number, tree, site, authors, config)
        elif element.name == "title":
            site = site or tree.text
        else:
            said = _texts(tree)
            authors[said.get("author_login", "")] = said.get("author_display_name", "")


def _post(
    number: int, item: "Tree", site: str | None, authors: dict[str, str], config: Config
) -> Record | Reject | PassedOver:
    said = _texts(item)
    kind, status = said.get("post_type", ""), said.get("status", "")
    if kind != "post":
        return PassedOver(number, kind or gettext("no type"))
    if status != "publish":
        return PassedOver(number, status or gettext("no status"))
    if said.get("post_password"):
        return PassedOver(number, gettext("password-protected"))
    login = said.get("creator", "")
    terms = [
        {"taxonomy": term.get("domain"), "name": term.text} for term in item.iterfind("category")
    ]
    payload = {
        "id": said.get("post_id") or said.get("guid"),
        "title": said.get("title"),
        "content": {"rendered": said.get("encoded")},
        "date": said.get("post_date") or said.get("pubDate"),
        "date_gmt": said.get("post_date_gmt"),
        "modified": said.get("post_modified"),
        "modified_gmt": said.get("post_modified_gmt"),
        "link": said.get("link"),
        "source": site,
        "_embedded": {"author": {"name": authors.get(login) or login}, "wp:term": terms},
    }
    return json_record(number, msgspec.json.encode(payload), config)


def _texts(tree: "Tree") -> dict[str, str]:
    """The texts of the children by their local names; the excerpt is left out."""
    return {
        child.tag.rpartition("}")[2]: (child.text or "").strip()
        for child in reversed(tree)  # where a name stands twice, the first one counts
        if not _EXCERPT.match(child.tag)
    }


def is_post(raw: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a post as the REST API writes it."""
    content = raw.get("content")
    return isinstance(content, Mapping) and "rendered" in content


def read_post(raw: Mapping[str, Any], config: Config) -> Article:
    """The Article in a post of the REST API, with the names that `_embed` adds to it.

    A post that is not public raises SourceError.
    """
    status, content, embedded = raw.get("status", "publish"), raw["content"], raw.get("_embedded")
    if status != "publish":
        raise SourceError(gettext("not a published post: its status is {status!r}", status=status))
    if content.get("protected"):
        raise SourceError(gettext("not a public post: it is protected by a password"))
    if not isinstance(embedded, Mapping):
        embedded = {}
    terms = list(_objects(embedded.get("wp:term")))
    said = {
        **raw,
        "date": _moment(raw, "date"),
        "modified": _moment(raw, "modified"),
        "author": [author.get("name") for author in _objects(embedded.get("author"))],
        "category": [term.get("name") for term in terms if term.get("taxonomy") == "category"],
        "tags": [term.get("name") for term in terms if term.get("taxonomy") == "post_tag"],
    }
    markup = content.get("rendered")
    text = _text(markup) if isinstance(markup, str) else ""
    if not text:
        raise SourceError(gettext("the post has no text"))
    return fields.article(said, config, text)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a value, which may be one, or lists of them."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _moment(raw: Mapping[str, Any], name: str) -> str | None:
    """A moment by its GMT, else in the site's own time; None where WordPress has none."""
    gmt, local = (str(raw.get(key) or _NO_MOMENT) for key in (f"{name}_gmt", name))
    if not gmt.startswith(_NO_MOMENT):
        return f"{gmt.removesuffix('Z')}Z"
    return None if local.startswith(_NO_MOMENT) else local


def _text(markup: str) -> str:
    """The text of a post without block comments, players, and the marks of shortcodes."""
    markup = _PLAYER.sub("", markup)
    closed = {name for slash, name, _ in _SHORTCODE.findall(markup) if slash}
    markup = markup.replace("[/caption]", "\n")

    def without(match: re.Match[str]) -> str:
        is_shortcode = match[1] or match[3] or match[2] in closed
        return "" if is_shortcode else match[0]

    return clean(fields.html_text(clean(_SHORTCODE.sub(without, markup)))).strip()
