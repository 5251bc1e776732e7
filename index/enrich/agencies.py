"""News agencies that an article is attributed to."""

import functools
import re

from index.lexicon import lexicon_lines

# "seperti dikutip kantor berita Rusia, TASS": a verb of quoting, then at most six words that may
# stand between it and the name.
_QUOTED_BEFORE = re.compile(
    r"(?:\b(?:(?:[Dd]i|[Mm]e)lansir|[Dd]ikutip|[Mm]engutip|[Dd]iberitakan|[Dd]ilaporkan|[Dd]iwartakan"
    r"|[Mm]ewartakan|[Dd]isadur|[Mm]enyadur|[Dd]isiarkan|[Dd]imuat|[Mm]enurut|[Dd]emikian"
    r"|[Kk]antor [Bb]erita|[Ll]aporan|[Kk]epada|[Ww]artawan|[Kk]oresponden|[Jj]urnalis"
    r"|[Ff]otografer|[Dd]ihubungi)|(?:[Ss]umber|[Ff]oto|[Pp]ewarta)\s?:|©|\([cC]\))"
    r"(?:[\s,:]{1,3}(?:oleh|dari|laman|situs|media|harian|kantor|berita|resmi|semi-resmi|nasional"
    r"|pemerintah|negara|milik|data|pada|dan|[A-Z][\w.-]*)){0,6}[\s,:“\"]{0,3}\Z"
)
_CONTEXT_CHARS = 90
_REPORTS_AFTER = re.compile(
    r"\)?,? (?:melaporkan|mewartakan|memberitakan|menyebutkan|mengabarkan|mengutip|melansir)\b"
)
_OPEN_BRACKET = re.compile(r"(?:\b([A-Z]\w*)\s?)?[(\[](?:[^()\[\]\n]{1,40}[/,] ?)?\Z")
_IN_BRACKETS = re.compile(r"\s?[/,)\]]|\s?\d{4}\)|[ /-][\w ./&-]{0,30}\)")


def agencies(text: str) -> tuple[str, ...]:
    """Canonical names of the agencies that a text is attributed to, by first mention.

    An agency counts where it is quoted ("melansir Sputnik News"), addressed ("kepada AFP"),
    reports ("Reuters melaporkan") or stands in brackets ("(Antara)", "(AFP/Getty)"); a company
    that is news itself does not ("saham Reuters").
    """
    names = _names()
    found: dict[str, None] = {}
    for match in _any_name().finditer(text):
        start, end = match.span()
        if (start and text[start - 1].isalnum()) or text[end : end + 1].isalnum():
            continue
        if names[match[0]] not in found and _is_attribution(text, start, end):
            found[names[match[0]]] = None
    return tuple(found)


def _is_attribution(text: str, start: int, end: int) -> bool:
    bracket = _OPEN_BRACKET.search(text, max(0, start - _CONTEXT_CHARS), start)
    if bracket:  # "Universitas Pendidikan Indonesia (UPI)" only explains its own initials
        is_antara = text[start:end].lower().startswith("antara")
        explains = bracket[1] is not None and text[end : end + 1] == ")" and not is_antara
        return not explains and _IN_BRACKETS.match(text, end) is not None
    if _REPORTS_AFTER.match(text, end):
        return True
    return bool(_QUOTED_BEFORE.search(text, max(0, start - _CONTEXT_CHARS), start))


@functools.cache
def _names() -> dict[str, str]:
    """Every form of every agency's name -> its canonical name."""
    names = {}
    for line in lexicon_lines("agencies.tsv"):
        canonical, *others = line.split("\t")
        names.update(dict.fromkeys((canonical, *others), canonical))
    return names


@functools.cache
def _any_name() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_names(), key=len, reverse=True))))
