"""How well the engine answers questions whose right answers are known.

nDCG at 10 (Järvelin and Kekäläinen, TOIS 2002), the mean reciprocal rank at 10 and recall at 100,
as ir-measures computes them; formats are those of TREC. ir-measures is an extra.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from index.errors import CakapError, QueryError, SourceError
from index.messages import gettext
from search.results import Request

if TYPE_CHECKING:
    from search.engine import Engine

MEASURES = ("nDCG@10", "RR@10", "R@100")
DEPTH = 100
_RUN_NAME = "cakap-search"

# Grades by article, for each question; and articles, best first.
Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, list[str]]


class Question(NamedTuple):
    """A question by its number in the file."""

    number: str
    words: str


def read_questions(path: Path) -> list[Question]:
    """The questions of a file of tab-separated values: number, words; further columns are left.

    Raises SourceError with the line that has no words, or a number that was there before.
    """
    found: dict[str, Question] = {}
    for place, line in _lines(path):
        number, _, rest = line.partition("\t")
        words = rest.partition("\t")[0]
        if not number or " " in number or not words.strip():
            raise SourceError(
                gettext("{place}: not a number without spaces, a tab and the words", place=place)
            )
        if number in found:
            raise SourceError(
                gettext("{place}: question {number} a second time", place=place, number=number)
            )
        found[number] = Question(number, words)
    return list(found.values())


def read_qrels(path: Path) -> Qrels:
    """The judgements of a TREC qrels file: question, anything, article, grade.

    Only the article's id may hold spaces. Raises SourceError with the line that is none.
    """
    qrels: dict[str, dict[str, int]] = {}
    for place, line in _lines(path):
        try:
            question, _, article_and_grade = line.split(None, 2)
            article, grade = article_and_grade.rsplit(None, 1)
            qrels.setdefault(question, {})[article] = int(grade)
        except ValueError as error:
            raise SourceError(
                gettext("{place}: not a question, 0, an article and a grade", place=place)
            ) from error
    return qrels


def asked(engine: "Engine", questions: Iterable[Question], request: Request) -> Run:
    """The articles that answer each question, asked as the request is, but ungrouped.

    Raises QueryError with the number of a question that asks for the impossible.
    """
    request = replace(request, snippet_chars=0, total=False, group=False)
    run: dict[str, list[str]] = {}
    for number, words in questions:
        try:
            hits = engine.search(replace(request, query=words)).hits
        except QueryError as error:
            raise QueryError(
                gettext("question {number}: {error}", number=number, error=error)
            ) from error
        run[number] = [hit.id for hit in hits]
    return run


def trec_lines(run: Run) -> Iterator[str]:
    """A run as TREC writes it: question, Q0, article, rank, score, name.

    Tools sort by the score, so it is the rank upside down: no two are equal.
    """
    for number, articles in run.items():
        for rank, article in enumerate(articles, 1):
            yield f"{number} Q0 {article} {rank} {1 / rank:.6f} {_RUN_NAME}\n"


def measured(run: Run, qrels: Qrels, names: Iterable[str] = MEASURES) -> dict[str, float]:
    """Each measure, by its name in ir-measures, over the questions asked that have judgements.

    Raises CakapError where ir-measures is not installed, or no question has any.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise CakapError(
            gettext(
                "measuring needs ir-measures; install it with: pip install 'cakap-search[evaluate]'"
            )
        ) from error
    judged = {number: dict(qrels[number]) for number in run if number in qrels}
    if not judged:
        raise CakapError(
            gettext("no question has a judgement; the numbers in both files must agree")
        )
    scores = {
        number: {article: 1 / rank for rank, article in enumerate(run[number], 1)}
        for number in judged
    }
    measures = {name: ir_measures.parse_measure(name) for name in names}
    found = ir_measures.calc_aggregate(list(measures.values()), judged, scores)
    return {name: found[measure] for name, measure in measures.items()}


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that say something, with their places."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            gettext("{path}: cannot be read ({error})", path=path, error=error)
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield f"{path}:{number}", line
