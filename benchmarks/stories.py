"""How often articles that are joined in a story belong together, and how many copies are found.

    python -m benchmarks.stories [--unjudged] [--archive DIR]

Precision: of all pairs that the real news is joined by, those judged to be one report (stories.tsv:
two ids and 1, or 0 where the same background is told around other news). A pair without a judgement
counts as wrong; `--unjudged` lists those. Recall: of copies made here of 400 real articles, each at
another outlet, edited in six ways, those that are joined with what they were made of. Then what a
commit takes.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import archive_of, news, require_data
from index.archive import open_archive
from index.segments.commit import INDEX_FOLDER, last_commit
from index.segments.stories import story_arrays
from search.embedded.snapshot import Snapshot

JUDGEMENTS = Path(__file__).with_name("stories.tsv")
COPIED = 400
# Shorter ones lose most of their text to an edit.
_LEAST_WORDS = 80
_OUTLET = "Salinan"

Pair = tuple[str, str]

# What an editor puts another word for, hand-made.
_SYNONYMS = {
    "mengatakan": "menuturkan",
    "menyebut": "menyatakan",
    "kata": "ujar",
    "ujar": "tutur",
    "ujarnya": "tuturnya",
    "karena": "sebab",
    "namun": "tetapi",
    "tetapi": "namun",
    "juga": "pun",
    "akan": "bakal",
    "sudah": "telah",
    "telah": "sudah",
    "saat": "ketika",
    "ketika": "saat",
    "untuk": "guna",
    "seperti": "bagai",
    "hanya": "cuma",
    "sangat": "amat",
    "bisa": "dapat",
    "dapat": "bisa",
    "tidak": "tak",
    "semua": "segala",
    "besar": "raksasa",
    "melihat": "menyaksikan",
    "warga": "penduduk",
    "pihak": "kalangan",
    "kembali": "lagi",
    "melakukan": "menjalankan",
    "masyarakat": "publik",
    "memberikan": "menyerahkan",
}
_INSERTED = (
    "Hal itu dibenarkan oleh seorang pejabat setempat saat dihubungi redaksi kami pagi tadi.",
    "Hingga naskah ini disusun belum ada tanggapan lebih jauh dari pihak yang bersangkutan.",
    "Redaksi masih menghimpun keterangan tambahan mengenai kejadian tersebut.",
)


def cut(text: str, _: random.Random) -> str:
    """The first 60 % of the words."""
    words = text.split()
    return " ".join(words[: len(words) * 6 // 10])


def reordered(text: str, chance: random.Random) -> str:
    """Its sentences by threes, in another order."""
    sentences = _sentences(text)
    paragraphs = [" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3)]
    chance.shuffle(paragraphs)
    return "\n".join(paragraphs)


def rewritten(text: str, chance: random.Random) -> str:
    """Half of the words that have a synonym replaced by it, and two sentences put in."""
    words = [
        _SYNONYMS[word] if word in _SYNONYMS and chance.random() < 0.5 else word
        for word in text.split()
    ]
    sentences = _sentences(" ".join(words))
    for added in chance.sample(_INSERTED, 2):
        sentences.insert(chance.randrange(len(sentences) + 1), added)
    return " ".join(sentences)


def with_agency(text: str, _: random.Random) -> str:
    """An agency's line before it and one of the desk's behind."""
    return f"JAKARTA, KABAR WARTA - {text} (kw/ed) Baca juga berita lain di laman kami."


def cut_and_rewritten(text: str, chance: random.Random) -> str:
    """Four fifths of it, rewritten."""
    words = text.split()
    return rewritten(" ".join(words[: len(words) * 8 // 10]), chance)


def retitled(text: str, _: random.Random) -> str:
    """The same under another title, which every copy gets."""
    return text


EDITS: tuple[Callable[[str, random.Random], str], ...] = (
    *(retitled, with_agency, cut, reordered, rewritten, cut_and_rewritten),
)


def copies(articles: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each article in each edit, at another outlet; the id is the edit's name and the article's."""
    chance = random.Random(11)
    for article in articles:
        for edit in EDITS:
            yield {
                "id": f"{edit.__name__} {article['id']}",
                "source": f"{_OUTLET} {edit.__name__}",
                "title": "Kabar hari ini",
                "date": article["date"],
                "body": edit(article["body"], chance),
            }


def chosen(articles: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles that copies are made of."""
    long_enough = [one for one in articles if len(one["body"].split()) >= _LEAST_WORDS]
    return random.Random(7).sample(long_enough, COPIED)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def joined_pairs(archive: Path) -> set[Pair]:
    """The ids of all pairs that an archive's articles are joined by, each in order."""
    snapshot = _snapshot(archive)
    with open_archive(archive) as opened:
        names = {
            doc: opened.public_id(int(snapshot.articles[doc]))
            for doc in snapshot.stories.docs.tolist()
        }
    arrays = story_arrays(snapshot.segments, [np.ones(len(one), bool) for one in snapshot.segments])
    ones, others = arrays["ones"].tolist(), arrays["others"].tolist()
    pairs = (sorted((names[one], names[other])) for one, other in zip(ones, others, strict=True))
    return {(one, other) for one, other in pairs}


def judgements() -> dict[Pair, int]:
    """What was judged of pairs of articles, by their ids in order."""
    rows = (line.split("\t") for line in JUDGEMENTS.read_text("utf-8").splitlines())
    return {(one, other): int(grade) for one, other, grade in rows}


def precision(archive: Path) -> float:
    """The share of joined pairs that are one report."""
    judged, pairs = judgements(), joined_pairs(archive)
    return sum(judged.get(pair, 0) for pair in pairs) / len(pairs)


def recall(archive: Path, originals: list[dict[str, Any]]) -> dict[str, float]:
    """For each edit the share of its copies that are joined with the article, by a pair."""
    pairs = joined_pairs(archive)
    found = {}
    for edit in EDITS:
        made = [tuple(sorted((f"{edit.__name__} {one['id']}", one["id"]))) for one in originals]
        found[edit.__name__] = sum(pair in pairs for pair in made) / len(made)
    return found


def _snapshot(archive: Path) -> Snapshot:
    folder = archive / INDEX_FOLDER
    commit = last_commit(folder)
    assert commit is not None
    return Snapshot(folder, commit)


def commit_cost(archive: Path, repeat: int = 5) -> tuple[int, float]:
    """Articles of an archive, and the CPU seconds that finding its near-copies takes."""
    snapshot = _snapshot(archive)
    kept = [np.ones(len(one), dtype=np.bool_) for one in snapshot.segments]
    seconds = []
    for _ in range(repeat):
        started = time.process_time()
        story_arrays(snapshot.segments, kept)
        seconds.append(time.process_time() - started)
    return snapshot.size, statistics.median(seconds)


def main() -> None:
    """Print precision, recall by edit, and what a commit takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unjudged", action="store_true", help="list pairs without a judgement")
    parser.add_argument("--archive", type=Path, help="one of all the news; else it is made")
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as temporary:
        archive = options.archive or archive_of(news(), Path(temporary) / "news")
        pairs = joined_pairs(archive)
        if options.unjudged:
            for one, other in sorted(pairs - judgements().keys()):
                print(f"{one}\t{other}")
            return
        print(f"{len(pairs)} pairs joined, precision {precision(archive):.3f}")
        originals = chosen(news())
        made = archive_of(iter([*originals, *copies(originals)]), Path(temporary) / "copies")
        for name, share in recall(made, originals).items():
            print(f"recall {name:<18} {share:.3f}")
        articles, seconds = commit_cost(archive)
        print(f"{articles:,} articles: {seconds:.2f} s of CPU a commit")


if __name__ == "__main__":
    main()
