"""A saved web page, read with trafilatura."""

import logging
import re
from typing import Any

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.sources import fields, xml
from index.sources.encoding import clean, decode

# What surrounds an article on a page. Where trafilatura does not know the element that holds
# the article, it takes teasers and copyright lines from here for paragraphs.
_FURNITURE = [
    "//*[self::div or self::section or self::aside or self::ul]["
    + " or ".join(
        f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
        for name in ("header", "top-nav", "nav", "navbar", "sidebar", "copyright", "footer")
    )
    + "]"
]


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is a web page."""
    root = xml.read_root(start)
    if root is not None and root.name.lower() == "html":
        return True
    return start.startswith("<") and not start.startswith("<?xml") and "html" in start.lower()


def read(payload: bytes, config: Config) -> Article:
    """The article that a reader sees on the page, and what the page says of it.

    Moments keep their offset where the page gives one, in JSON-LD, `<meta>` or `<time>`. A
    page without article text raises SourceError.
    """
    import trafilatura  # 120 ms and lxml

    # What it logs on stderr about a page that it cannot read is said in the SourceError.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    text = clean(decode(payload))
    fields.refuse_many_attributes(text)
    tree = trafilatura.load_html(text)
    if tree is None:
        raise SourceError("not a web page")
    published = _moment(tree, "datePublished", "article:published_time")
    modified = _moment(tree, "dateModified", "article:modified_time")
    page: Any = trafilatura.bare_extraction(
        tree, with_metadata=True, include_comments=False, prune_xpath=_FURNITURE
    )
    if page is None or not page.text:
        raise SourceError("no article text found in the page")
    said = {
        "title": page.title,
        "date": published or page.date,
        "modified": modified,
        "url": page.url,
        "source": page.sitename or page.hostname,
        "category": page.categories,
        "author": page.author,
        "tags": page.tags,
    }
    body = clean(page.text).strip().removeprefix(f"{page.title}\n")
    return fields.article(said, config, body)


def _moment(tree: Any, json_ld: str, meta: str) -> str | None:
    """The moment that the page declares under one of two names, as it is written there."""
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        if match := re.search(rf'"{json_ld}"\s*:\s*"([^"]+)"', script):
            return match[1]
    found = tree.xpath(
        "//meta[@property=$meta or @name=$meta or @itemprop=$json_ld]/@content",
        meta=meta,
        json_ld=json_ld,
    ) or tree.xpath("//time[@itemprop=$json_ld]/@datetime", json_ld=json_ld)
    return found[0] if found else None
