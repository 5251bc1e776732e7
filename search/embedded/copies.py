"""Near-copies: articles, at other outlets or under other ids, that repeat the text of one.

For who takes an article down: so less makes a copy here than in a story
(index/segments/stories.py), it may be years younger, and texts are compared, not signatures.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from index.archive import Archive, Version
from index.article import Article
from index.language.analyzer import analyze
from index.schema import SURFACE
from search.embedded.docsets import Docs
from search.embedded.snapshot import Postings, Snapshot

# Which articles are compared: those that share most of the words that fewest articles have.
RARE_WORDS = 40
COMPARED = 100
# So many words in a row that two reports of one event hardly share by chance.
_SHINGLE_WORDS = 4
# A copy keeps at least this share of the shorter text; tests/test_copies.py has the cases.
_COPIED_SHARE = 0.3


class Copy(NamedTuple):
    """A near-copy: `share` of the shorter text's runs of words stand in the longer one too."""

    version: Version
    share: float


def near_copies(snapshot: Snapshot, archive: Archive, version: Version) -> list[Copy]:
    """The articles shown that repeat at least 0.3 of a text or are repeated by it, nearest first.

    Only articles that share rare words with it are looked at, so one that was written anew on the
    same event is not named, nor one of which a few words alone are quoted.
    """
    own = own_words(version)
    postings = [snapshot.postings(SURFACE.name, word) for word in set(own)]
    sharing: Counter[int] = Counter()
    rarest = (_others(snapshot, found, version) for found in sorted(postings, key=len))
    for docs in islice(filter(len, rarest), RARE_WORDS):
        sharing.update(docs.tolist())
    nearest = [doc for doc, _ in sharing.most_common(COMPARED)]
    return copies_among(snapshot, archive, own, nearest)


def own_words(version: Version) -> list[str]:
    """The words of an article as they are compared."""
    return _words(version.content.article)


def copies_among(
    snapshot: Snapshot,
    archive: Archive,
    own: Sequence[str],
    docs: Iterable[int],
) -> list[Copy]:
    """Those of some documents that are near-copies of an article with the words `own`."""
    shingles = _runs(own)
    copies = []
    for doc in docs:
        segment, local = snapshot.place(doc)
        other = archive.version(int(segment.seqs[local]))
        if other is None:
            continue
        its = _runs(_words(other.content.article))
        share = len(shingles & its) / min(len(shingles), len(its))
        if share >= _COPIED_SHARE:
            copies.append(Copy(other, share))
    return sorted(copies, key=lambda copy: (-copy.share, copy.version.number))


def _others(snapshot: Snapshot, found: Postings, version: Version) -> Docs:
    """The documents that hold a word and are shown, but for the article itself."""
    docs: Docs = found.docs
    kept: Docs = docs[snapshot.alive[docs] & (snapshot.articles[docs] != version.number)]
    return kept


def _words(article: Article) -> list[str]:
    return [token.surface for token in analyze(f"{article.title or ''}\n{article.body}")]


def _runs(found: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Every run of so many words; all of a text that is shorter than one."""
    last = max(len(found) - _SHINGLE_WORDS, 0)
    return frozenset(tuple(found[n : n + _SHINGLE_WORDS]) for n in range(last + 1))
