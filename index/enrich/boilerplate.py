"""Boilerplate: what a site glues to its articles, found so that it can be cut.

Every pattern was counted on real articles of 40 outlets. A false cut loses text for good and a
missed one costs little, so a link whose title runs into the next sentence without a mark is
left standing and only its label goes.
"""

import functools
import re
from typing import NamedTuple

from index.errors import ConfigError
from index.messages import gettext

_DASH = r"(?:--+|[–—-]|&[nm]dash;|\|)"
_DOMAIN = r"[A-Za-z][\w-]{2,30}[.,](?i:co\.id|com|net|id|org|co|tv)\b\.?"
_PLACE = r"[A-Z][\w.'’]*(?: [A-Z][\w.'’]*){0,3}"

# Labels of outlets that are not their own domain.
_OUTLETS = {
    "cakapcakap": "cakapcakap.com",
    "cnn indonesia": "cnnindonesia.com",
    "cnbc indonesia": "cnbcindonesia.com",
    "antara": "antaranews.com",
    "antara news": "antaranews.com",
    "bbc news indonesia": "bbc.com",
    "detikcom": "detik.com",
    "detiknews": "detik.com",
    "idn times": "idntimes.com",
    "idntimes": "idntimes.com",
    "inilah": "inilah.com",
    "juara": "juara.net",
    "media indonesia": "mediaindonesia.com",
    "okezone": "okezone.com",
    "pos kota": "poskotanews.com",
    "rimanews": "rimanews.com",
    "sindonews": "sindonews.com",
    "tribunnews.co": "tribunnews.com",
    "viva": "viva.co.id",
    "vivanews": "viva.co.id",
    "voa": "voaindonesia.com",
    "voa indonesia": "voaindonesia.com",
}
_LABEL = "|".join(sorted(map(re.escape, _OUTLETS), key=len, reverse=True))
_OUTLET = rf"(?P<outlet>(?i:{_LABEL})|{_DOMAIN})"

# At least five, because PSSI and FIFA open sentences too.
_CAPITALS = r"(?:[A-Z]{5,20}|[A-Z]{2,12} [A-Z]{3,12})"

# In the order in which they follow one another at the start of a body.
_OPENINGS = [
    # CakapCakap – Cakap People!
    rf"(?P<outlet>CakapCakap)(?!\w)\s*(?:{_DASH}+\s*)?(?:Cakap People\s?!?)?\s*",
    # Laporan Wartawan Tribunnews.com, Nama Wartawan, before the dateline proper
    rf"Laporan [Ww]artawann? {_DOMAIN},? [^\n]{{0,50}}?(?={_DOMAIN},? [A-Z ]{{3,30}}\s?{_DASH})",
    # JAKARTA, KOMPAS.com - ; Jakarta (ANTARA) - ; JAKARTA (Pos Kota) –
    rf"{_PLACE}(?:, ?|\s?\(){_OUTLET}\)?\s?(?:\([^()\n]{{1,30}}\)\s?)?(?:&nbsp;)?{_DASH}+\s*",
    # TEMPO.CO, Jakarta - ; KOMPAS.com - ; TRIBUNNEWS.COM, JAKARTA - ; KONTAN.CO.ID - JAKARTA.
    rf"{_OUTLET}, ?{_PLACE}: ",
    rf"{_OUTLET}(?:\s?[,.]\s?{_PLACE}(?:/\w+)?)?\s?(?:\([^()\n]{{1,30}}\)\s?)?(?:&nbsp;)?{_DASH}+\s*"
    r"(?:[A-Z]{4,20}\. )?",
    # TOKYO, Warta Contoh - ; an outlet not listed above, which would be read as a person
    rf"{_CAPITALS}, ?[A-Z][\w.]{{1,20}}(?: [A-Z][\w.]{{1,20}}){{0,3}} {_DASH} ",
    # JAKARTA -
    rf"{_CAPITALS}(?: {_DASH} |[–—] )",
    rf"Jakarta {_DASH} (?=[A-Z\"“])",
]

_TITLE_CHARS = 180  # the longest linked title in the corpus has 170
_TO_LINE_END = rf"(?:(?![.!?][”\"]? )[^\n]){{0,{_TITLE_CHARS}}}(?:\n|\Z)"
_GAMBAS = r"\[Gambas:[^\]\n]{1,30}\]"
_QUOTED = r"(?:'[^'\n]{5,160}'|\"[^\"\n]{5,160}\"|“[^”\n]{5,160}”)"
_WATCH = r"(?:Simak|Tonton|Lihat|Saksikan)(?: juga| pula)? [Vv]ideo"

# Word that must occur in the lower-cased text -> what to cut then. The word spares most articles
# the pattern.
_ANYWHERE = [
    ("baca", r"[(\[](?:Baca|BACA)(?: [Jj]uga| JUGA)?\s?:[^()\[\]\n]{5,180}[)\]]\s?"),
    (
        "baca",
        rf"^[ \t]*(?:Baca|BACA)(?: ?[Jj]uga| JUGA| SELENGKAPNYA DI SINI)?\s*[:>]+{_TO_LINE_END}",
    ),
    ("baca juga", r"^[ \t]*(?:Baca [Jj]uga|BACA JUGA)[ \t]*(?:\n|\Z)"),
    ("baca juga", r"(?:Baca [Jj]uga|BACA JUGA)\s?:\s?https?://\S+\s?"),
    ("baca", r"BACA\s?:\s?https?://\S+\s?"),
    ("baca juga", r"(?<=[.!?”\"’'\s])(?:Baca [Jj]uga|BACA JUGA)(?:\s?:\s?|\s?(?=[A-Z“\"]))"),
    ("pilihan editor", rf"P[Ii]lihan [Ee]ditor:{_TO_LINE_END}"),
    ("gambas", rf"{_WATCH}:?[^\n.\[]{{0,{_TITLE_CHARS}}}(?:di sini)?:?\s?{_GAMBAS}\s?"),
    ("gambas", rf"{_GAMBAS}\s?"),
    ("video", rf"{_WATCH}:? ?{_QUOTED}(?: di sini)? ?:?\s?"),
    (
        "video",
        rf"(?:Simak|Tonton|Lihat|Saksikan) juga [Vv]ideo:[^\n.]{{5,{_TITLE_CHARS}}}(?:\n|\Z)",
    ),
    ("saksikan live", r"Saksikan Live \w+ ?:\s?"),
    (
        "halaman selanjutnya",
        r"Simak (?:berita )?selengkapnya di halaman (?:selanjutnya|berikutnya)\.?\s?",
    ),
    ("halaman 1 2", rf"Halaman 1 2(?: \d)* Selanjutnya{_TO_LINE_END}"),
    ("scroll to", r"(?:ADVERTISEMENT\s+)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)?(?: CONTENT)?\s?"),
    ("advertisement", r"(?<![\w-])ADVERTISEMENT\b\s?"),
    ("google", r"Cek (?:B|b)erita dan (?:A|a)rtikel yang lain di\s+Google\s+News\s?"),
    ("di sini", r"BACA SELENGKAPNYA DI SINI\s?>{0,3}\s?"),
    ("telah tayang", r"Artikel ini telah (?:tayang|terbit) (?:sebelumnya )?di [^\n]{0,220}\Z"),
    (
        "email kamu",
        r"Terima kasih telah membaca Kompas\.com\.\s?Dapatkan informasi, inspirasi dan insight di"
        r" email kamu\.\s?(?:Daftarkan email)?\s?",
    ),
    ("cakap people", r"(?<!\w)Cakap People\s?!\s?"),
]
_CLOSINGS = [
    (
        "copyright",
        r"(?:Pewarta\s?:[^\n]{3,60})?(?:Penerjemah\s?:[^\n]{3,60})?(?:Editor\s?:[^\n]{3,40})?\s*"
        r"(?:Copyright|COPYRIGHT) (?:©|\(c\)|\d{4})[^\n]{0,240}(?:\s*Dilarang keras[^\n]{0,240})?",
    ),
    (
        "hak cipta",
        r"(?<=\n)Hak [Cc]ipta [^\n]{0,120}"
        r"(?:©|Dilarang [a-z]|dilindungi (?:oleh )?(?:undang-undang|Undang-Undang))[^\n]{0,120}",
    ),
    ("©", r"© ?\d{4} [A-Z][^\n]{0,200}"),
    ("pewarta", r"\(?Pewarta\s?:[^\n]{3,80}"),
    ("editor", r"\(?(?:Penulis|Reporter)\s?:[^\n]{3,60}\|? ?Editor\s?:[^\n]{3,40}"),
    ("editor", r"(?<!ilihan )Editor\s?:[^\n.]{3,40}"),
    ("reporter", r"Reporter\s?:[^\n]{3,60}(?:\s*Sumber\s?:[^\n]{3,40})?"),
    ("penulis", r"\(?Penulis\s?:[^\n]{3,60}\)?"),
    ("sumber", r"(?<=\n)Sumber\s?:[^\n]{3,40}"),
    ("ditulis oleh", r"\(Ditulis oleh [^()\n]{3,60}\)"),
    ("di ponsel", r"Dapatkan update berita[^\n]{0,500}terlebih dulu di ponsel\.[\";]*"),
    ("chatbot", r"Telusuri artikel terbaru Tempo[^\n]{0,60}"),
    ("google news", r"(?:Ikuti|Follow) [^\n.]{3,100}Google News\.?"),
    ("ikuti kami", r"Ikuti kami di [^\n.]{3,120}\.?"),
    ("uu ite", r"(?:Kirim)?Komentar menjadi tanggung-jawab Anda sesuai UU ITE\.?"),
    ("portal berita", r"DailySocial\.id adalah portal berita[^\n]{0,300}"),
    ("/", r"[(\[][A-Za-z]{2,5} ?/ ?[A-Za-z]{2,5}[)\]](?:\s?\w{3,20}){0,3}"),
]


_TAIL_CHARS = 800  # a closing is never longer
_CLOSINGS_IN_A_ROW = 6  # the most seen is 4: editor, copyright, comment rules, initials


class Boilerplate(NamedTuple):
    """Spans of the body to cut, sorted and apart, and the source, given or given away."""

    cuts: tuple[tuple[int, int], ...]
    source: str | None


def boilerplate(
    body: str, source: str | None, configured: dict[str, tuple[str, ...]]
) -> Boilerplate:
    """What of a body is site boilerplate, and the source, read from the opening if not known.

    `configured` maps a source to further regular expressions to cut. Raises ConfigError where
    one of them is none.
    """
    start, outlet = _opening(body)
    source = source or outlet
    lowered = body.lower()
    end = _closing(body, start)
    cuts = [(0, start), (end, len(body))]
    for needle, pattern in _anywhere():
        if needle in lowered:
            cuts += [match.span() for match in pattern.finditer(body, start, end)]
    for expression in configured.get(source or "", ()):
        cuts += [match.span() for match in _configured(expression).finditer(body)]
    return Boilerplate(_merged(cuts), source)


def _opening(body: str) -> tuple[int, str | None]:
    """Where the article proper begins, and the outlet named before."""
    place = len(body) - len(body.lstrip())
    source = None
    for pattern in _openings():
        if match := pattern.match(body, place):
            place = match.end()
            if "outlet" in pattern.groupindex:
                source = source or _host(match["outlet"])
    return place, source


def _closing(body: str, start: int) -> int:
    """Where the article proper ends; the length of the body where nothing closes it."""
    end = len(body)
    for _ in range(_CLOSINGS_IN_A_ROW):
        tail_start = max(start, end - _TAIL_CHARS)
        tail = body[tail_start:end].lower()
        for needle, pattern in _closings():
            if needle in tail and (match := pattern.search(body, tail_start, end)):
                end = match.start()
                break
        else:
            break
    return end


def _merged(cuts: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans sorted, without empty ones, those that touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(cuts):
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _host(label: str) -> str:
    label = label.lower().strip(".").replace(",", ".")
    return _OUTLETS.get(label, label)


@functools.cache
def _openings() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in _OPENINGS]


@functools.cache
def _anywhere() -> list[tuple[str, re.Pattern[str]]]:
    return [(needle, re.compile(pattern, re.MULTILINE)) for needle, pattern in _ANYWHERE]


@functools.cache
def _closings() -> list[tuple[str, re.Pattern[str]]]:
    return [(needle, re.compile(rf"\s{{0,4}}(?:{pattern})\s*\Z")) for needle, pattern in _CLOSINGS]


@functools.lru_cache(maxsize=256)
def _configured(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise ConfigError(
            gettext(
                "enrich.boilerplate: {expression!r} is not a regular expression ({error})",
                expression=expression,
                error=error,
            )
        ) from error
