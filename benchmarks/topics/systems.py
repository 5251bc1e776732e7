"""The three systems that are judged, and what they answer to the topics."""

import subprocess
from pathlib import Path

import search
from benchmarks.data import archive_of, news
from benchmarks.peers import lucene
from index.config import Config
from search.evaluate import Run, asked, read_questions

TOPICS = Path(__file__).with_name("topics.tsv")
SYSTEMS = ("ours", "bm25", "lucene")
DEPTH = 10  # judged of each system, and measured


def runs(cache: Path) -> dict[str, Run]:
    """The best hits of each system for each topic; archive and programs stay in the cache.

    Ours is asked as `cakap-search query` is, copies not folded. The others are in Topics.java.
    """
    archive = archive_of(news(), cache / "news")
    with search.open(archive, Config()) as engine:
        found = {"ours": asked(engine, read_questions(TOPICS), search.Request(limit=DEPTH))}
    corpus = cache / "news.tsv"
    if not corpus.exists():
        corpus.write_text(
            "".join(f"{article['id']}\t{' '.join(text(article).split())}\n" for article in news()),
            "utf-8",
        )
    command = [*lucene.command(cache, "Topics"), str(corpus), str(TOPICS), str(DEPTH)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    for line in output.splitlines():
        system, topic, article = line.split("\t")
        found.setdefault(system, {}).setdefault(topic, []).append(article)
    return found


def text(article: dict[str, str | None]) -> str:
    """Title and body."""
    return f"{article['title'] or ''}\n{article['body'] or ''}"
