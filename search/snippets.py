"""The passage of an article that shows best why it answers."""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from index.language.analyzer import Token
from index.language.finder import Finder
from search.results import Snippet

# A passage is chosen around one of the first so many matches. Each costs up to a passage's length,
# and an article of 200,000 times the same letter (400 KB) took 4.5 s.
_MOST_MATCHES = 2000

_SENTENCE_END = re.compile(r"[.!?…][\"”’)]*\s+|\n+")
# What a word counts that stands in the passage already.
_AGAIN = 0.1
# A later passage is not better by what rounding adds.
_ROUNDED_UP = 1 + 1e-9
_SPACE = re.compile(r"\s+")
# What is left of the words before a cut.
_SPACE_OR_REST = re.compile(r"[\s,;:.!?…)\]–—-]+")


class Highlighter:
    """Finds the words of a question in texts.

    `stems`, `surfaces` and `phrases` (folded words, adjacent) map what to look for to its weight
    in choosing a passage.
    """

    def __init__(
        self,
        stems: Mapping[str, float],
        surfaces: Mapping[str, float],
        phrases: Mapping[tuple[str, ...], float] = MappingProxyType({}),
    ) -> None:
        self._stems = stems
        self._surfaces = surfaces
        self._phrases = phrases
        in_phrases = frozenset[str]().union(*phrases)
        self._finder = Finder(stems.keys(), surfaces.keys() | in_phrases)

    def snippet(self, text: str, chars: int) -> Snippet:
        """The passage of at most about `chars` characters with most of the question's weight.

        Without any match, the beginning. Passages begin at sentences where they can, and break
        no word but one longer than they are; white space is made plain, and highlights refer to
        the text as shown.
        """
        matches = self._matches(self._finder.tokens(text))[:_MOST_MATCHES]
        start, end = _window(text, matches, chars)
        shown = text[start:end]
        pieces: list[str] = ["… "] if text[:start].strip() else []
        length = len(pieces[0]) if pieces else 0
        highlights: list[tuple[int, int]] = []
        place = 0
        # White space is folded piece by piece, so that each highlight keeps its place.
        for token, _ in matches:
            if token.start < start + place or token.end > end:
                continue
            for piece, marked in (
                (shown[place : token.start - start], False),
                (shown[token.start - start : token.end - start], True),
            ):
                piece = _SPACE.sub(" ", piece)
                if marked:
                    highlights.append((length, length + len(piece)))
                pieces.append(piece)
                length += len(piece)
            place = token.end - start
        pieces.append(_SPACE.sub(" ", shown[place:]).rstrip())
        if end < len(text.rstrip()):
            pieces.append(" …")
        return Snippet("".join(pieces), highlights)

    def _matches(self, tokens: Collection[Token]) -> list[tuple[Token, float]]:
        """The tokens that the question asks for, and the weight of each."""
        in_phrases = self._in_phrases(tokens)
        stems, surfaces = self._stems, self._surfaces
        matches: list[tuple[Token, float]] = []
        for token in tokens:
            surface, stem, position, _, _ = token
            weight = surfaces.get(surface, 0.0)
            if stem is not None:
                weight = max(weight, stems.get(stem, 0.0))
            if in_phrases:
                weight = max(weight, in_phrases.get((position, surface), 0.0))
            if weight > 0:
                matches.append((token, weight))
        return matches

    def _in_phrases(self, tokens: Collection[Token]) -> dict[tuple[int, str], float]:
        """Where the phrases stand; their weight is shared out among their words."""
        if not self._phrases:
            return {}
        places = {(token.position, token.surface) for token in tokens}
        found: dict[tuple[int, str], float] = {}
        for position, surface in places:
            for phrase, weight in self._phrases.items():
                if surface == phrase[0]:
                    its_places = [(position + n, word) for n, word in enumerate(phrase)]
                    if places.issuperset(its_places):
                        for place in its_places:
                            found[place] = max(found.get(place, 0.0), weight / len(phrase))
        return found


def _window(text: str, matches: Sequence[tuple[Token, float]], chars: int) -> tuple[int, int]:
    """Start and end of the passage: the one whose different words weigh most, then earliest.

    It ends with a sentence where one ends behind its last match and in its second half.
    """
    first_match, last_match = _best_matches(matches, chars)
    start = _sentence_start(text, first_match, max(last_match - chars, first_match - chars // 2, 0))
    cut = _SPACE_OR_REST if start else _SPACE
    if rest := cut.match(text, start):
        start = rest.end()
    end = min(len(text), start + chars)
    if end < len(text):
        enough = max(last_match, start + chars // 2)
        if ends := [found.end() for found in _SENTENCE_END.finditer(text, enough, end + 1)]:
            return start, ends[-1]
        word_end = end
        while word_end > start and not text[word_end].isspace():
            word_end -= 1
        if word_end > start:  # else it is one long word
            end = word_end
    return start, end


def _best_matches(matches: Sequence[tuple[Token, float]], chars: int) -> tuple[int, int]:
    """Where the matches of the passage begin and end; where there are none, at 0."""
    names = [token.stem or token.surface for token, _ in matches]
    weights: dict[str, float] = {}
    for name, (_, weight) in zip(names, matches, strict=True):
        weights[name] = max(weights.get(name, 0.0), weight)
    inside = dict.fromkeys(weights, 0)
    best, most, total, behind = (0, 0), 0.0, 0.0, 0
    # A word that comes again says a little more, the same word twice not twice as much.
    for first, (token, _) in enumerate(matches):
        while behind < len(matches) and (
            behind == first or matches[behind][0].end <= token.start + chars
        ):
            name = names[behind]
            total += weights[name] * (_AGAIN if inside[name] else 1)
            inside[name] += 1
            behind += 1
        if total > most * _ROUNDED_UP:
            best, most = (token.start, matches[behind - 1][0].end), total
        name = names[first]
        inside[name] -= 1
        total -= weights[name] * (_AGAIN if inside[name] else 1)
    return best


def _sentence_start(text: str, match: int, earliest: int) -> int:
    """Where the sentence around a match begins, or a word before it, from `earliest` on."""
    begin = earliest
    for boundary in _SENTENCE_END.finditer(text, earliest, match):
        begin = boundary.end()
    if begin > earliest or earliest == 0:
        return begin
    space = text.find(" ", earliest, match)
    return space + 1 if space >= 0 else match
