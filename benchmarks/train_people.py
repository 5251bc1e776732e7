"""Train the people tagger: index/lexicon/people_words.txt and people_weights.txt.

    python -m benchmarks.train_people

Needs python-crfsuite. Two rounds of training on the marked sentences of ner/ (idner-news-2k and
NERGrit). The first tagger reads all news articles and the passages of TyDi QA, none of them
marked, and counts how often each word is part of a name: its share. The second is trained with
shares as features, and is the one that ships. `cross_validated` does both rounds five times, each
time without one block of a fifth of either set, and scores what was left out.
"""

import functools
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.data import DATA, news, passages, require_data
from benchmarks.people import Score, Sentence, score, sentence_sets
from index.enrich.people import mentions_by
from index.enrich.tagger import LABELS, Run, Tagger, runs, word_kind
from index.enrich.words import Tokens, tokens

_LEXICON = Path(__file__).parents[1] / "index" / "lexicon"
_WORDS_HEADER = """\
# How often a word is part of a person's name, in sevenths of its uses: [6] nearly always, [0] next
# to never. Counts by the first round of benchmarks/train_people.py over 38,230 Indonesian news
# articles (press articles in public repositories: CLICK-ID, CC BY 4.0; IndoSum, CC BY-SA 4.0; the
# rest state no licence) and the passages of TyDi QA (Apache-2.0); no text is kept. This list of
# single words is Apache-2.0 as the project.
"""
_WEIGHTS_HEADER = """\
# Weights of the people tagger (index/enrich/tagger.py), in hundredths, made by
# benchmarks/train_people.py. Trained on idner-news-2k (MIT) and NERGrit through IndoNLU (MIT,
# Apache-2.0). A line is a feature and its weights for B, I, L and U, or two labels that follow each
# other and the weight of that.
"""

_SHARE_STEPS = 7
_LEAST_USES = 4  # of a word, for its share to tell something
# L1 and L2 penalties: from 0.1 to 0.3 and 0 to 1 the cross-validated F1 stays within 0.005; these
# give few features.
_PENALTIES = {"c1": 0.3, "c2": 0.5}
_ITERATIONS = 80
_SCALE = 100  # whole numbers add up to the same on every machine


def labels(run: Run, text: Tokens, people: Iterable[tuple[int, int]]) -> list[str]:
    """The label of each word of a run."""
    owners = []
    for word, start in zip(text.words[slice(*run)], text.starts[slice(*run)], strict=True):
        end = start + len(word)
        owners.append(next((span for span in people if span[0] <= start and end <= span[1]), None))
    return [
        "O" if owner is None else "I" if owner == before else "B"
        for before, owner in itertools.pairwise([None, *owners])
    ]


def train(sentences: Iterable[Sentence], shares: dict[str, str]) -> Tagger:
    """A tagger that knows marked sentences and the shares of words."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    untrained = Tagger(shares, {}, {})
    for sentence in sentences:
        text = tokens(sentence.text)
        for run in filter(functools.partial(untrained.is_open, text.words), runs(text.words)):
            trainer.append(untrained.features(text.words, run), labels(run, text, sentence.people))
    trainer.set_params(
        {**_PENALTIES, "max_iterations": _ITERATIONS, "feature.possible_transitions": True}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        model = pycrfsuite.Tagger()
        model.open(path)
        learnt = model.info()
        model.close()
    raw: dict[str, Counter[str]] = {}
    for (feature, label), weight in learnt.state_features.items():
        raw.setdefault(feature, Counter())[label] = weight
    weights = {
        feature: tuple(round(_SCALE * (of[label] - of["O"])) for label in LABELS)
        for feature, of in raw.items()
    }
    return Tagger(
        shares,
        {feature: of for feature, of in weights.items() if any(of)},
        {
            pair: round(_SCALE * learnt.transitions.get(pair, 0))
            for pair in itertools.product(("O", *LABELS), repeat=2)
        },
    )


def unmarked_texts() -> Iterator[str]:
    """The texts that shares are counted in."""
    for article in news():
        yield article["body"] or ""
    for passage in passages("tydiqa"):
        yield passage["body"]


def word_shares(tagger: Tagger, texts: Iterable[str]) -> dict[str, str]:
    """How often each word of runs is part of a name, from "0" to "6"."""
    uses: Counter[str] = Counter()
    in_names: Counter[str] = Counter()
    for text in texts:
        words = tokens(text).words
        for run in runs(words):
            uses.update(words[slice(*run)])
        for mention in mentions_by(tagger, text):
            for start, end in mention.spans:
                in_names.update(tokens(text[start:end]).words)
    return {
        word: str((2 * min(in_names[word], count) + 1) * _SHARE_STEPS // (2 * count + 2))
        for word, count in uses.items()
        if count >= _LEAST_USES and word[0].isupper() and word_kind(word) != "pair"
    }


def cross_validated(folds: int = 5) -> dict[str, Score]:
    """Scores of the recipe on sentences that it was not trained on, by set.

    The blocks are stretches of the files, whose sentences come without their articles.
    """
    sets = marked_sets()
    texts = list(unmarked_texts())
    totals = dict.fromkeys(sets, Score(0, 0, 0))
    for fold in range(folds):
        held_out, rest = {}, []
        for name, sentences in sets.items():
            first, last = (len(sentences) * (fold + i) // folds for i in (0, 1))
            held_out[name] = sentences[first:last]
            rest += sentences[:first] + sentences[last:]
        tagger = train(rest, word_shares(train(rest, {}), texts))
        for name, sentences in held_out.items():
            got = score(sentences, tagger)
            totals[name] = Score(*map(sum, zip(totals[name], got, strict=True)))
    return totals


def marked_sets() -> dict[str, list[Sentence]]:
    """The sets that are trained on."""
    sets = sentence_sets(DATA)
    return {
        "idner": sets["idner"],
        "nergrit": sets["nergrit.train"] + sets["nergrit.dev"],
    }


def main() -> None:
    require_data()
    sentences = [sentence for marked in marked_sets().values() for sentence in marked]
    shares = word_shares(train(sentences, {}), unmarked_texts())
    by_share: dict[str, list[str]] = {str(step): [] for step in range(_SHARE_STEPS)}
    for word, share in sorted(shares.items()):
        by_share[share].append(word)
    (_LEXICON / "people_words.txt").write_text(
        _WORDS_HEADER
        + "".join(f"\n[{share}]\n{' '.join(words)}\n" for share, words in by_share.items()),
        encoding="utf-8",
    )
    tagger = train(sentences, shares)
    (_LEXICON / "people_weights.txt").write_text(
        _WEIGHTS_HEADER + "".join(f"{line}\n" for line in tagger.weight_lines()), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
