"""How well people are read: entity F1 on marked sentences, and name keys on pairs of names.

    python -m benchmarks.people [--errors]

An entity counts where its span is exact. The sets are tokenised: tokens are joined with one
space, none before closing punctuation or after an opening bracket, and a straight quote closes
where one is open. Every sentence is read by itself, so no mention can lean on a fuller one
elsewhere, as it can in an article. Brackets that a token holds are not part of the entity.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.data import DATA, require_data
from index.enrich.names import name_key
from index.enrich.people import mentions_by
from index.enrich.tagger import Tagger, shipped_tagger

_NO_SPACE_BEFORE = frozenset(".,;:!?)]}%”’")
_NO_SPACE_AFTER = frozenset("([{“‘")


class Sentence(NamedTuple):
    """Running text and the spans of the people in it."""

    text: str
    people: frozenset[tuple[int, int]]


class Score(NamedTuple):
    """Entities found rightly, found, and marked."""

    right: int
    found: int
    marked: int

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def recall(self) -> float:
        return self.right / self.marked

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.marked)


def joined(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """The tokens as running text, and the span of each in it."""
    text, spans, glue, quote_open = "", [], True, False
    for token in tokens:
        closing = token == '"' and quote_open
        if not (glue or closing or token[0] in _NO_SPACE_BEFORE):
            text += " "
        spans.append((len(text), len(text) + len(token)))
        text += token
        if token == '"':
            quote_open = not quote_open
        glue = token in _NO_SPACE_AFTER or (token == '"' and quote_open)
    return text, spans


def read_bio(path: Path) -> Iterator[Sentence]:
    """Sentences of a file with one `token TAG` a line; PER and PERSON are people."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [
            line.split("\t") if "\t" in line else line.rsplit(" ", 1) for line in block.splitlines()
        ]
        rows = [row for row in rows if len(row) == 2 and row[0].strip()]
        text, spans = joined([token.strip() for token, _ in rows])
        people: list[list[int]] = []
        inside = False
        for (_, tag), (start, end) in zip(rows, spans, strict=True):
            if not tag.strip().endswith(("-PER", "-PERSON")):
                inside = False
            elif inside and tag.startswith("I-"):
                people[-1][1] = end
            else:
                people.append([start, end])
                inside = True
        if text:
            yield Sentence(text, frozenset(_bare(text, *span) for span in people))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without brackets at its ends."""
    marked = text[start:end]
    return start + len(marked) - len(marked.lstrip("(")), end - len(marked) + len(
        marked.rstrip(")")
    )


def read_bracketed(path: Path) -> Iterator[Sentence]:
    """Sentences, one a line, with `[PER Nama Orang]` and `[LOC Tempat]` in them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        tokens: list[str] = []
        people_at: list[tuple[int, int]] = []
        for label, inner, token in re.findall(r"\[(PER|LOC|ORG) ([^\]]+)\]|(\S+)", line):
            first = len(tokens)
            tokens += inner.split() if label else [token]
            if label == "PER":
                people_at.append((first, len(tokens) - 1))
        text, spans = joined(tokens)
        yield Sentence(text, frozenset((spans[i][0], spans[j][1]) for i, j in people_at))


def score(
    sentences: list[Sentence], tagger: Tagger | None = None, show_errors: bool = False
) -> Score:
    """Exact spans found in all sentences together, by a tagger, else the shipped one."""
    tagger = tagger or shipped_tagger()
    right = found = marked = 0
    for text, people in sentences:
        spans = {span for mention in mentions_by(tagger, text) for span in mention.spans}
        right += len(spans & people)
        found += len(spans)
        marked += len(people)
        if show_errors and spans != people:
            print("  ", text)
            print("     wrong ", [text[slice(*span)] for span in sorted(spans - people)])
            print("     missed", [text[slice(*span)] for span in sorted(people - spans)])
    return Score(right, found, marked)


def sentence_sets(data: Path) -> dict[str, list[Sentence]]:
    """The marked sets by name."""
    return {
        "idner": list(read_bio(data / "ner" / "idner.tsv")),
        "nergrit.dev": list(read_bio(data / "ner" / "nergrit.dev.txt")),
        "nergrit.train": list(read_bio(data / "ner" / "nergrit.train.txt")),
        "international": list(read_bracketed(data / "people" / "international.txt")),
    }


def key_score(data: Path) -> Score:
    """Pairs of full names that share a key: precision over all pairs, recall over `same` pairs."""
    right = found = marked = 0
    for line in (data / "people" / "variants.tsv").read_text(encoding="utf-8").splitlines():
        label, one, other = line.split("\t")
        if label == "same" and len(one.split()) != len(other.split()) and not _one_name(one, other):
            continue  # a nickname or a single name, which needs the alias file
        equal = name_key(one) == name_key(other)
        found += equal
        right += equal and label == "same"
        marked += label == "same"
    return Score(right, found, marked)


def _one_name(one: str, other: str) -> bool:
    """Whether two spellings differ in spaces only, or in a word of at most two letters."""
    return abs(len(one) - len(other)) <= 3


def main() -> None:
    from benchmarks.train_people import cross_validated

    require_data()
    print("shipped weights: fit, but for international, which is not trained on")
    for name, sentences in sentence_sets(DATA).items():
        _print(name, score(sentences, show_errors="--errors" in sys.argv))
    keys = key_score(DATA)
    print(f"{'name keys':14} P {keys.precision:.3f}  R {keys.recall:.3f}  n {keys.marked}")
    print("cross-validated in five parts (minutes)")
    for name, got in cross_validated().items():
        _print(name, got)


def _print(name: str, got: Score) -> None:
    print(f"{name:14} P {got.precision:.3f}  R {got.recall:.3f}  F1 {got.f1:.3f}  n {got.marked}")


if __name__ == "__main__":
    main()
