"""The Indonesian analyzer in the form that Whoosh calls."""

from collections.abc import Iterator
from typing import Any

from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import Analyzer

from index.language.analyzer import analyze, query_stem


class IndonesianAnalyzer(Analyzer):
    """Yields stems (without stop words) or folded surface forms, for indexing and for queries.

    Each once at a position, as segments count them.
    """

    def __init__(self, stems: bool) -> None:
        self._stems = stems

    def __eq__(self, other: object) -> bool:
        return type(other) is IndonesianAnalyzer and other._stems == self._stems

    def __hash__(self) -> int:
        return hash(self._stems)

    def __call__(self, value: str, mode: str = "", **_: Any) -> Iterator[Token]:
        token = Token(positions=True, chars=True, mode=mode)
        position, here = -1, set[str]()
        for found in analyze(value):
            if found.position != position:
                position, here = found.position, set()
            text: str | None = found.surface
            if self._stems:
                text = query_stem(found.surface) if mode == "query" else found.stem
            if text is None or text in here:
                continue
            here.add(text)
            token.text = text
            token.boost = 1.0
            token.stopped = False
            token.pos = found.position
            token.startchar, token.endchar = found.start, found.end
            yield token
