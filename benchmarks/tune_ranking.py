"""The weights of all_words, lead and lead_words, tuned on the question sets with cross-validation.

    python -m benchmarks.tune_ranking [SET...] [--archives DIR] [--folds 5]

Each question is asked once without the two parts; then every combination of GRID is tried on its
hundred best, and the reciprocal rank at 10 of the right article kept. A fold's weights are those
with the best mean over the sets, all sets counting alike, of those with which no set falls below
its figure without the parts; they are chosen on the other folds and measured on this one. Printed
are those figures, then what the configured parts are worth, alone and together. `--archives` keeps
the archives for the next run.
"""

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import qrels, queries, require_data
from benchmarks.relevance import SETS, archives
from index.config import Config, Ranking
from search.embedded.docsets import contains
from search.embedded.engine import EmbeddedEngine
from search.embedded.lead import words_before
from search.embedded.match import idf
from search.embedded.score import RERANKED
from search.evaluate import read_qrels, read_questions
from search.results import Request

ALL_WORDS = (0.0, 0.05, 0.1, 0.2)
LEAD = (0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4)
LEAD_WORDS = (10, 20, 40, 60, 80, 120, 160)
GRID = list(itertools.product(ALL_WORDS, LEAD, LEAD_WORDS))
_SEED = 20210622
_DEPTH = 10

_Numbers = NDArray[np.float64]


class _Asked(NamedTuple):
    """The best documents of a question, best first, in the first stage alone.

    `with_all` is the idf of all words for a document that has gained by holding them, else 0;
    `before` has a row for each word, `right` the places of the right articles.
    """

    scores: _Numbers
    with_all: _Numbers
    idfs: _Numbers
    before: _Numbers
    right: list[int]

    def reciprocal_rank(self, all_words: float, lead: float, lead_words: int) -> float:
        """That of the first right article, with these weights."""
        if not self.right:
            return 0.0
        early = self.idfs @ (lead_words / (lead_words + self.before))
        scores = self.scores + all_words * self.with_all + lead * early
        order = np.argsort(-scores, kind="stable").tolist()
        rank = 1 + min(map(order.index, self.right))
        return 1 / rank if rank <= _DEPTH else 0.0


def asked(archive: Path, name: str) -> Iterator[_Asked]:
    """Each question of a set."""
    judged = read_qrels(qrels(name))
    plain = Config(ranking=Ranking(all_words=0, lead=0))
    with EmbeddedEngine(archive, plain) as engine:
        snapshot = engine._snapshot
        for number, words in read_questions(queries(name)):
            request = Request(words, limit=RERANKED, snippet_chars=0)
            ids = [hit.id for hit in engine.search(request).hits]
            found = engine._answer(request).found
            places = snapshot.best_first(found.docs, found.sort_keys)[:RERANKED]
            docs = found.docs[places]
            idfs = np.array([idf(snapshot, len(leaf.found)) for leaf in found.leaves])
            order = docs.argsort()
            before = np.empty((len(idfs), len(docs)))
            for row, leaf in enumerate(found.leaves):
                before[row, order] = words_before(snapshot, leaf, docs[order])
            with_all = contains(found.every, docs) * idfs.sum()
            right = [place for place, one in enumerate(ids) if judged[number].get(one, 0) > 0]
            yield _Asked(found.scores[places], with_all, idfs, before, right)


def best(ranks: list[_Numbers]) -> int:
    """The combination with the best mean over the sets, of those that let no set fall.

    `ranks` has the reciprocal ranks of each set, a row for each combination of GRID.
    """
    means = np.array([of_set.mean(axis=1) for of_set in ranks])
    falls = (means < means[:, :1]).any(axis=0)  # the first combination is without the parts
    return int(np.where(falls, -1, means.mean(axis=0)).argmax())


def cross_validated(ranks: list[_Numbers], folds: int) -> tuple[_Numbers, _Numbers, list[int]]:
    """Each set's mean reciprocal rank in the folds that chose the weights, and out of them; and
    the combinations that were chosen.
    """
    random = np.random.default_rng(_SEED)
    fold_of = [random.permutation(of_set.shape[1]) % folds for of_set in ranks]
    inside, outside, chosen = [], np.zeros(len(ranks)), []
    for fold in range(folds):
        others = [r[:, of != fold] for r, of in zip(ranks, fold_of, strict=True)]
        weights = best(others)
        chosen.append(weights)
        inside.append([of_set[weights].mean() for of_set in others])
        held_out = [r[weights, of == fold].sum() for r, of in zip(ranks, fold_of, strict=True)]
        outside += np.array(held_out) / [of_set.shape[1] for of_set in ranks]
    return np.mean(inside, axis=0), outside, chosen


def main() -> None:
    """Print what is chosen, in and out of fold, and what the configured parts are worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET", help=", ".join(SETS))
    parser.add_argument("--archives", type=Path, metavar="DIR")
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as folder:
        made = archives(options.sets, options.archives or Path(folder))
        questions = {name: list(asked(made[name], name)) for name in options.sets}

    def row(label: str, figures: Iterator[float] | _Numbers) -> None:
        print(f"{label:<34}" + "".join(f" {figure:9.4f}" for figure in figures), flush=True)

    def with_weights(weights: tuple[float, float, int]) -> Iterator[float]:
        for one in questions.values():
            yield float(np.mean([question.reciprocal_rank(*weights) for question in one]))

    ranks = [
        np.array([[question.reciprocal_rank(*one) for question in of_set] for one in GRID])
        for of_set in questions.values()
    ]
    print(f"{'':<34}" + "".join(f" {name:>9}" for name in questions))
    inside, outside, chosen = cross_validated(ranks, options.folds)
    row("in fold", inside)
    row("out of fold", outside)
    for fold, combination in enumerate(chosen):
        all_words, lead, lead_words = GRID[combination]
        print(f"  fold {fold}: all_words {all_words}, lead {lead}, lead_words {lead_words}")
    ours = Ranking()
    configured = (ours.all_words, ours.lead, ours.lead_words)
    row("neither part", with_weights((0.0, 0.0, 1)))
    row(f"all_words {ours.all_words} alone", with_weights((ours.all_words, 0.0, 1)))
    row(f"lead {ours.lead} alone", with_weights((0.0, ours.lead, ours.lead_words)))
    row("both, as configured", with_weights(configured))
    everywhere = GRID[best(ranks)]
    row(f"best on all questions {everywhere}", with_weights(everywhere))


if __name__ == "__main__":
    main()
