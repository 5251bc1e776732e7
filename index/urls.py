"""Addresses of articles: as one may open them, and the one form by which an article is known."""

import functools
import re
import string
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

# What says where a reader came from, never what he reads: our own choice of what the programs named
# here add; most are in https://github.com/mpchadwick/tracking-query-params-registry too. Names that
# anyone may use for anything (`source`, `from`, `id`) are left out on purpose.
_TRACKING = frozenset(
    (
        # Google Ads, Analytics' cross-domain linker, Campaign Manager
        *("gclid", "gclsrc", "gbraid", "wbraid", "dclid", "srsltid", "_ga", "_gl", "_gac"),
        # Meta, X, LinkedIn, TikTok, Snapchat, Pinterest, Instagram, Yandex, Microsoft, Baidu
        *("fbclid", "twclid", "li_fat_id", "ttclid", "sccid", "epik", "igshid", "igsh"),
        *("yclid", "ysclid", "_openstat", "msclkid", "bd_vid"),
        # Mailchimp, HubSpot, Marketo, Klaviyo, Vero, Adobe, Branch, Outbrain, Taboola, Piwik, Yahoo
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "mkt_tok", "_kx"),
        *("vero_id", "vero_conv", "s_cid", "s_kwcid", "_branch_match_id", "obclid", "tblci"),
        *("pk_campaign", "pk_kwd", "pk_keyword", "pk_source", "pk_medium", "pk_content", "pk_cid"),
        *("guccounter", "guce_referrer", "guce_referrer_sig"),
        # Chartbeat, AT Internet, BBC, Goal, and what the AMP caches add
        *("__twitter_impression", "xtor", "ocid", "icid", "usqp"),
        # no one's own
        *("ref", "ref_src", "ref_url", "referrer", "referer", "cmpid"),
    )
)
# Analytics campaigns (Google, Matomo, AT Internet), Facebook's actions, AMP caches.
_TRACKING_PREFIXES = ("utm_", "mtm_", "at_", "fb_action_", "amp_")

# Addresses under which Google keeps a copy of an AMP page:
# https://developers.google.com/amp/cache/overview#amp-cache-url-format
_AMP_CACHE = re.compile(
    r"(?:(?:[\w-]+\.)?cdn\.ampproject\.org/[a-z]+|(?:www\.)?google\.[a-z.]+/amp)/(?:s/)?(.+)"
)
_AMP_ASKED = {"output", "outputtype", "type", "view", "mode"}
_HOST = re.compile(r"\w[\w.-]*")
# What makes no other page of an address without its scheme: hosts for phones and AMP, paths for
# AMP. Then sites whose path for AMP or phones is another one, as seen in addresses on the web.
_FORMS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"^(?:www|m|amp|mobile|wap)\.(?=[^./]+\.)", ""),
        (r"^((?:[\w-]+\.)*(?:tempo\.co|okezone\.com))/amp/", r"\1/read/"),
        (r"^liputan6\.com/(?:amp|[\w-]+/read)/(?=\d)", "liputan6.com/read/"),
        (r"^kompas\.com/([a-z]+)/read/", r"\1.kompas.com/read/"),
        (r"^([^/]*)/amp(?=/)", r"\1"),
        (r"/amp$", ""),
    )
)

# The whole of an article that has several pages (Kompas, Tribun, Okezone, Suara, Viva: page=all;
# Sindonews: showpage; Detik: single=1), and one of its pages.
_PAGE = {"page", "halaman", "showpage", "page_num"}
_PAGE_NUMBER = re.compile(r"\d{1,2}")
_FIVE_DIGITS = re.compile(r"\d{5}")
_PAGE_IN_PATH = re.compile(r"(?:[\w-]+\.)*(?:detik|cnnindonesia|cnbcindonesia|sindonews)\.com/")
# Servers take 8 kB; what is longer is made to take the time of those who read it.
_LONGEST_CHARS = 8192


def clean_url(value: str | None) -> str | None:
    """The http or https address without fragment and tracking parameters; None for any other.

    It leads to the same page. The copy in an AMP cache becomes the page that is kept there.
    """
    parts = _split(value)
    if parts is None:
        return None
    query = "&".join(part for part in parts.query.split("&") if not _is_tracking(part))
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def canonical_url(value: str | None) -> str | None:
    """One form for all addresses of an article, by which it is known; None for what is none.

    Scheme, `www.` and `m.`, a slash at the end, the order of parameters, AMP, and which page of
    a text it is make no difference; every other parameter does (`?id=`, `?p=`). The form is no
    promise that anything answers there.
    """
    return _canonical(value)[0]


def page_number(addresses: Iterable[str | None]) -> int:
    """Which page of its article the addresses of one text name, 0 where they name the whole."""
    numbers = [number for url in addresses if (number := _canonical(url)[1]) is not None]
    return max(numbers, default=1) if 0 not in numbers else 0


def _split(value: str | None) -> SplitResult | None:
    value = (value or "").strip()
    if len(value) > _LONGEST_CHARS:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # read here, because reading it raises
    except ValueError:  # an unbalanced bracket in the host, a port that is no number
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.hostname or ""):
        return None
    if cached := _AMP_CACHE.fullmatch(parts.netloc.lower() + parts.path):
        return _split(urlunsplit((parts.scheme, "", f"//{cached[1]}", parts.query, "")))
    return parts


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return not parameter or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


@functools.lru_cache(maxsize=32)  # asked for several times for each article, at 35 µs
def _canonical(value: str | None) -> tuple[str | None, int | None]:
    """The canonical form, and the page that the address names; 0 for the whole."""
    parts = _split(value)
    if parts is None:
        return None, None
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    address = f"{(parts.hostname or '').rstrip('.')}{port}{parts.path}"
    page, previous = None, ""
    while address != previous:
        previous = address
        for pattern, form in _FORMS:
            address = pattern.sub(form, address)
        address = address.rstrip("/" + string.whitespace)
        if found := _page_in_path(address):
            address, page = found
    host, _, path = address.partition("/")
    kept = []
    for parameter in map(str.strip, parts.query.split("&")):
        name, _, said = parameter.lower().partition("=")
        if (name in _PAGE and said == "all") or (name, said) == ("single", "1"):
            page = 0
        elif name in _PAGE and _PAGE_NUMBER.fullmatch(said) and _is_article(path):
            page = int(said)
        elif not (_is_tracking(parameter) or _is_form(name, said)):
            kept.append(parameter)
    return urlunsplit(("https", host, f"/{path}", "&".join(sorted(kept)), "")), page


def _is_article(path: str) -> bool:
    """Whether a page may be one of an article: `index.php?page=12` may be one itself."""
    return bool(_FIVE_DIGITS.search(path)) or path.rpartition("/")[2].count("-") > 1


def _page_in_path(address: str) -> tuple[str, int] | None:
    """The address without its last part, where that names a page, and which."""
    whole, _, last = address.rpartition("/")
    name = whole.rpartition("/")[2]
    if last == "all" and name.count("-") > 1:
        return whole, 0
    if _PAGE_NUMBER.fullmatch(last) and _PAGE_IN_PATH.match(address):
        return (whole, int(last)) if "-" in name or _FIVE_DIGITS.search(name) else None
    return None


def _is_form(name: str, said: str) -> bool:
    """Whether a parameter asks for the AMP or mobile form of a page (`m=1`: Blogger)."""
    return (
        name == "amp"
        or (name in _AMP_ASKED and said in ("amp", "amp-type"))
        or (name == "m" and said in ("0", "1"))
    )
