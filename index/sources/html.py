"""A saved web page, read with trafilatura."""

import logging
import re
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import format_number, gettext
from index.sources import fields, xml
from index.sources.encoding import clean, decode
from index.urls import clean_url

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

# trafilatura takes 0.1 ms for each element, so these take 10 s; a news page has about a thousand.
_MOST_ELEMENTS = 100_000
# It copies the text, and escapes it: of 30 million "<" 1.4 GB. A long book has two million signs.
_MOST_TEXT_CHARS = 3_000_000
_SHOWN_TEXT = "//text()[not(parent::script or parent::style)]"

# Where a page declares its character set: in the first kilobyte, says the HTML standard.
_CHARSET_BYTES = 1024
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.I)
# Browsers read these as a superset: https://encoding.spec.whatwg.org/#names-and-labels
_BROWSERS_READ = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}
# What browsers, SingleFile and HTTrack write into a page that they save.
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*|Mirrored from )(\S+)"
)


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is a web page."""
    root = xml.read_root(start)
    if root is not None and root.name.lower() == "html":
        return True
    return start.startswith("<") and not start.startswith("<?xml") and "html" in start.lower()


def read(payload: bytes, config: Config) -> Article:
    """The article that a reader sees on a saved page, and what the page says of it.

    Moments keep their offset where the page gives one, in JSON-LD, `<meta>` or `<time>`. The
    address is the page's canonical one, else `og:url`, else that from which a browser saved it.
    A page without article text raises SourceError.
    """
    return read_page(payload, config)


def read_page(
    payload: bytes, config: Config, charset: str | None = None, address: str | None = None
) -> Article:
    """The same for a page that a server sent, in this character set and from this address."""
    import trafilatura  # 120 ms and lxml

    # What it logs on stderr about a page that it cannot read is said in the SourceError.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    text = clean(_decoded(payload, charset))
    fields.refuse_many_attributes(text)
    tree = trafilatura.load_html(text)
    if tree is None:
        raise SourceError(gettext("not a web page"))
    if (elements := int(tree.xpath("count(//*)"))) > _MOST_ELEMENTS:
        raise SourceError(
            gettext("a page of {elements} elements is no article", elements=format_number(elements))
        )
    chars = sum(map(len, tree.xpath(_SHOWN_TEXT, smart_strings=False)))
    if chars > _MOST_TEXT_CHARS:
        raise SourceError(
            gettext(
                "a page with {chars} characters of text is no article", chars=format_number(chars)
            )
        )
    urls = _addresses(tree, text, address)
    url = next(iter(urls), None)
    published = _moment(tree, "datePublished", "article:published_time")
    modified = _moment(tree, "dateModified", "article:modified_time")
    page: Any = trafilatura.bare_extraction(
        tree, url=url, with_metadata=True, include_comments=False, prune_xpath=_FURNITURE
    )
    if page is None or not page.text:
        raise SourceError(gettext("no article text found in the page"))
    said = {
        "title": page.title,
        "date": published or page.date,
        "modified": modified,
        "url": url or page.url,
        "aliases": urls[1:],
        "source": page.sitename or page.hostname,
        "category": page.categories,
        "author": page.author,
        "tags": page.tags,
    }
    body = clean(page.text).strip().removeprefix(f"{page.title}\n")
    return fields.article(said, config, body)


def _decoded(payload: bytes, charset: str | None) -> str:
    """The text of a page: UTF-8 where it is that, whatever is declared, else as declared."""
    declared = charset or (match[1].decode() if (match := _CHARSET.search(payload)) else "utf-8")
    likely = [_BROWSERS_READ.get(declared.lower(), declared)]
    likely.insert(b"\0" in payload[:_CHARSET_BYTES], "utf-8-sig")  # UTF-16 passes for UTF-8
    for name in likely:
        with suppress(LookupError, UnicodeError):
            return payload.decode(name)
    return decode(payload)


def _addresses(tree: Any, text: str, found_at: str | None) -> list[str]:
    """The addresses of a page, its own first, which is none of a site as a whole."""
    canonical = tree.xpath("//link[@rel='canonical']/@href")[:1]
    og_url = tree.xpath("//meta[@property='og:url' or @name='og:url']/@content")[:1]
    if found_at is None and (match := _SAVED_FROM.search(text)):
        found_at = match[1] if "://" in match[1] else f"https://{match[1]}"
    base = found_at or next(iter(og_url), "")
    said = [_joined(base, address.strip()) for address in canonical + og_url]
    urls = list(dict.fromkeys(filter(None, map(clean_url, [*said, found_at]))))
    return [url for url in urls if urlsplit(url).path.strip("/") or urlsplit(url).query] or urls


def _joined(base: str, address: str) -> str | None:
    try:
        return urljoin(base, address)
    except ValueError:  # an unbalanced bracket in the host
        return None


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
