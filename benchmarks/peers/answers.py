"""What engines hand back, and the loop that times those that are called from Python."""

import time
from collections.abc import Callable, Sequence

import msgspec

from benchmarks.queries import Question

DEPTH = 10
FACETS = ("country", "person", "source")


class Answer(msgspec.Struct, frozen=True):
    """The numbers of the first articles, best first; the total and, for each of FACETS, the
    highest counts, descending, where they were asked for.
    """

    hits: list[int]
    total: int | None = None
    counts: list[list[int]] = []


class Timed(msgspec.Struct, frozen=True):
    """Answers to some questions, and what each one took."""

    ns: list[int]
    answers: list[Answer]


# Answers a question; the second argument asks for the total too.
Ask = Callable[[Question, bool], Answer]


def timed(ask: Ask, questions: Sequence[Question], total: bool) -> Timed:
    """Ask one question after another."""
    ns, answers = [], []
    for question in questions:
        started = time.perf_counter_ns()
        answer = ask(question, total)
        ns.append(time.perf_counter_ns() - started)
        answers.append(answer)
    return Timed(ns, answers)
