"""What judges read: the pooled articles, in an order for each judge, with no system told."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.data import news
from benchmarks.topics.systems import TOPICS
from search.evaluate import Run

JUDGES = ("A", "B")
SCALE = """\
3  the article is about just this matter
2  it tells something substantial of this matter, beside others
1  it touches on this matter, or is about something near to it
0  it does not help who asks this
"""
_HEAD_CHARS = 1_500
_PASSAGES_CHARS = 1_500
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w{4,}")  # shorter ones are in every text


def pooled(runs: Iterable[Run]) -> dict[str, set[str]]:
    """The articles that any system found, for each topic."""
    pool: dict[str, set[str]] = {}
    for run in runs:
        for topic, articles in run.items():
            pool.setdefault(topic, set()).update(articles)
    return pool


def write_sheets(pool: Mapping[str, set[str]], folder: Path) -> None:
    """A folder for each judge with a sheet a topic, and a file of pairs whose grades are missing.

    The order depends on the judge and the topic alone. A file of grades that is there stays.
    """
    wanted = set().union(*pool.values())
    articles = {article["id"]: article for article in news() if article["id"] in wanted}
    for judge in JUDGES:
        (folder / judge).mkdir(parents=True, exist_ok=True)
        pairs = []
        for line in TOPICS.read_text("utf-8").splitlines():
            topic, words, narrative = line.split("\t")
            order = sorted(pool[topic])
            random.Random(f"{judge} {topic}").shuffle(order)
            parts = [f"{topic}: {words}\n\nRelevant: {narrative}\n\n{SCALE}"]
            parts += [_shown(articles[article], words) for article in order]
            sheet = folder / judge / f"{topic}.txt"
            sheet.write_text(f"\n{'=' * 80}\n".join(parts), "utf-8")
            pairs += [f"{topic}\t{article}\t\n" for article in order]
        grades = folder / f"{judge}.tsv"
        if not grades.exists():
            grades.write_text("".join(pairs), "utf-8")


def _shown(article: Mapping[str, str | None], words: str) -> str:
    """An article as a judge sees it."""
    body = article["body"] or ""
    head, rest = body[:_HEAD_CHARS], body[_HEAD_CHARS:]
    passages = " […] ".join(_passages(rest, words))
    return "\n".join(
        [
            f"id: {article['id']}",
            f"date: {article['date'] or 'none'}",
            f"title: {article['title'] or 'none'}",
            "",
            head + (f"\n[…] {passages}" if passages else ""),
            "",
        ]
    )


def _passages(text: str, words: str) -> Iterator[str]:
    """The first sentences that hold a word of the question as it was typed."""
    asked = set(_WORD.findall(words.casefold()))
    left = _PASSAGES_CHARS
    for sentence in _SENTENCE_END.split(text):
        if asked & set(_WORD.findall(sentence.casefold())):
            yield sentence[:left]
            left -= len(sentence)
            if left <= 0:
                return
