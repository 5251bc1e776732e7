"""Measure the stemmer: agreement with gold lemmas, hand-made cases, speed.

    python -m benchmarks.stemmer [DATA]

*Pair F* takes all pairs of word types of a treebank, folded, without names, numbers and signs. A
pair is right in the gold when both types have the same lemma (the commonest, where a type has
several), and found when both have the same stem. Precision is the share of found pairs that are
right, recall the share of right pairs that are found, F their harmonic mean, in percent.
"""

import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

from index.language.analyzer import analyze
from index.language.fold import fold
from index.language.stemmer import stem

_NO_WORDS = {"PROPN", "PUNCT", "NUM", "SYM", "X"}


def gold_lemmas(path: Path) -> dict[str, str]:
    """Folded word type -> its commonest lemma in a CoNLL-U file."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.split("\t")
            if len(cells) != 10 or not cells[0].isdigit() or cells[3] in _NO_WORDS:
                continue
            word = fold(cells[1])
            if word.replace("-", "").isalpha() and cells[2] != "_":
                seen[word][fold(cells[2])] += 1
    return {word: lemmas.most_common(1)[0][0] for word, lemmas in seen.items()}


def pair_f(gold: dict[str, str], stem_of: Callable[[str], str]) -> tuple[float, float, float]:
    """(F, precision, recall) in percent over pairs of the word types of `gold`."""
    right = _pairs(gold.values())
    found = _pairs(map(stem_of, gold))
    both = _pairs((lemma, stem_of(word)) for word, lemma in gold.items())
    return 200 * both / (right + found), 100 * both / found, 100 * both / right


def _pairs(labels: Iterable[object]) -> int:
    """How many pairs of items share a label."""
    return sum(n * (n - 1) // 2 for n in Counter(labels).values())


def wrong_roots(path: Path) -> list[str]:
    """Words of `word<tab>root|root` lines whose stem is none of the roots."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return [f"{w} -> {stem(fold(w))}" for w, roots in rows if stem(fold(w)) not in roots.split("|")]


def split_groups(path: Path) -> list[str]:
    """Lines of words that should share a stem and do not, with their stems."""
    groups = [line.split() for line in path.read_text("utf-8").splitlines() if line]
    return [
        " ".join(f"{w}:{stem(fold(w))}" for w in group)
        for group in groups
        if len({stem(fold(w)) for w in group}) > 1
    ]


def met_pairs(path: Path) -> list[str]:
    """Pairs of words that should not share a stem and do."""
    pairs = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return [f"{a}, {b} -> {stem(fold(a))}" for a, b in pairs if stem(fold(a)) == stem(fold(b))]


def changed_names(path: Path) -> list[str]:
    """Names whose stem, in the middle of a sentence, is not the folded name."""
    names = [name for name in path.read_text("utf-8").splitlines() if name]
    found = {name: {t.stem for t in analyze(f"Kata orang di {name} kemarin.")} for name in names}
    return [name for name, stems in found.items() if fold(name) not in stems]


def figures(data: Path) -> dict[str, float]:
    """The figures that benchmarks/floors.json pins, by their key there."""
    language, ud = data / "language", data / "ud"
    gsd = gold_lemmas(ud / "gsd-dev.conllu.gz") | gold_lemmas(ud / "gsd-test.conllu.gz")
    return {
        "pud_pair_f": round(pair_f(gold_lemmas(ud / "pud.conllu.gz"), stem)[0], 2),
        "gsd_pair_f": round(pair_f(gsd, stem)[0], 2),
        "wrong_roots": len(wrong_roots(language / "roots.tsv")),
        "split_groups": len(split_groups(language / "meet.txt")),
        "met_pairs": len(met_pairs(language / "apart.tsv")),
        "changed_names": len(changed_names(language / "names.txt")),
    }


def print_disagreements(gold: dict[str, str]) -> None:
    """Every lemma whose words have several stems, every stem whose words have several lemmas."""
    stems = {word: stem(word) for word in gold}
    for name, by, of in (("split", gold, stems), ("merged", stems, gold)):
        groups: dict[str, list[str]] = defaultdict(list)
        for word in gold:
            groups[by[word]].append(word)
        for label, words in groups.items():
            if any(of[a] != of[b] for a, b in combinations(words, 2)):
                print(name, label, *(f"{word}:{of[word]}" for word in words))


def print_speed(data: Path) -> None:
    """Words and articles a second, the first time and again."""
    with gzip.open(data / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line, _ in zip(lines, range(4000), strict=False)]
    for name in ("cold", "warm"):
        start = time.perf_counter()
        tokens = sum(len(analyze(body)) for body in bodies)
        seconds = time.perf_counter() - start
        articles = f"{len(bodies) / seconds:,.0f} articles/s"
        print(f"analyze, {name}: {articles}, {tokens / seconds:,.0f} tokens/s")
    words = [token.surface for body in bodies for token in analyze(body)]
    stem.cache_clear()
    for name in ("cold", "warm"):
        start = time.perf_counter()
        for word in words:
            stem(word)
        print(f"stem, {name}: {len(words) / (time.perf_counter() - start):,.0f} words/s")


def main() -> None:
    default = Path(__file__).parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    print_disagreements(gold_lemmas(data / "ud" / "pud.conllu.gz"))
    language = data / "language"
    for name, wrong in (
        ("wrong root", wrong_roots(language / "roots.tsv")),
        ("split group", split_groups(language / "meet.txt")),
        ("met pair", met_pairs(language / "apart.tsv")),
        ("changed name", changed_names(language / "names.txt")),
    ):
        for case in wrong:
            print(f"{name}: {case}")
    for file in ("pud", "gsd-dev", "gsd-test"):
        f, precision, recall = pair_f(gold_lemmas(data / "ud" / f"{file}.conllu.gz"), stem)
        print(f"{file}: pair F {f:.2f}, precision {precision:.2f}, recall {recall:.2f}")
    print(json.dumps(figures(data)))
    print_speed(data)


if __name__ == "__main__":
    main()
