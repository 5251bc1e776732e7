"""The passage of an article that shows best why it answers."""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from index.language.analyzer import Token, analyze
from search.results import Snippet

# A passage is chosen around one of the first so many matches. Each costs up to a passage's length,
# and an article of 200,000 times the same letter (400 KB) took 4.5 s.
_MOST_MATCHES = 2000

_SENTENCE_END = re.compile(r"[.!?…][\"”’)]*\s+|\n+")
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

    def snippet(self, text: str, chars: int) -> Snippet:
        """The passage of at most about `chars` characters with most of the question's weight.

        Without any match, the beginning. Passages begin at sentences where they can, and break
        no word but one longer than they are; white space is made plain, and highlights refer to
        the text as shown.
        """
        asked = self._stems or self._surfaces or self._phrases
        matches = self._matches(analyze(text))[:_MOST_MATCHES] if asked else []
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
        weights = (
            max(self._weight(token), in_phrases.get((token.position, token.surface), 0.0))
            for token in tokens
        )
        return [match for match in zip(tokens, weights, strict=True) if match[1] > 0]

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

    def _weight(self, token: Token) -> float:
        by_stem = self._stems.get(token.stem, 0.0) if token.stem is not None else 0.0
        return max(by_stem, self._surfaces.get(token.surface, 0.0))


def _window(text: str, matches: Sequence[tuple[Token, float]], chars: int) -> tuple[int, int]:
    """Start and end of the passage: the one whose different words weigh most, then earliest."""
    best_start, best_weight = 0, 0.0
    for first, (token, _) in enumerate(matches):
        start = _sentence_start(text, token.start, chars)
        seen: dict[str, float] = {}
        for place in range(first, len(matches)):  # a slice would copy all to the end
            other, weight = matches[place]
            if other.end > start + chars:
                break
            name = other.stem or other.surface
            # A word that comes again says a little more, the same word twice not twice as much.
            seen[name] = max(seen.get(name, 0.0), weight) + (0.1 * weight if name in seen else 0)
        total = sum(seen.values())
        if total > best_weight:
            best_start, best_weight = start, total
    cut = _SPACE_OR_REST if best_start else _SPACE
    if rest := cut.match(text, best_start):
        best_start = rest.end()
    end = min(len(text), best_start + chars)
    if end < len(text):
        word_end = end
        while word_end > best_start and not text[word_end].isspace():
            word_end -= 1
        if word_end > best_start:  # else it is one long word
            end = word_end
    return best_start, end


def _sentence_start(text: str, start: int, chars: int) -> int:
    """Where the sentence around a match begins, or a word not too long before the match."""
    earliest = max(0, start - chars // 2)
    begin = earliest
    for boundary in _SENTENCE_END.finditer(text, earliest, start):
        begin = boundary.end()
    if begin > earliest or earliest == 0:
        return begin
    space = text.find(" ", earliest, start)
    return space + 1 if space >= 0 else start
