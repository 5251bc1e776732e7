"""The server under load, while a writer commits, beside Datasette on the same articles.

    python -m benchmarks.load [--seconds 120] [--clients 16] [--articles 38230] [--cache DIR]

Both serve on loopback, each a process of its own, and are asked the same questions over kept
connections by threads of this process: two to four successive words of a headline, ten hits.
Ours is `/api/v1/search` with its total, snippets and stories, without facets; Datasette's is a
query of SQLite FTS5 with its ten best, by rank, and snippet(). Phases of each:

    alone      one client, nobody writes
    readers    so many clients, each of which waits a second between an answer and its next question
    at once    so many clients that do not wait

In the last two, `cakap-search index` brings fifty new articles to ours every five seconds. CPU ms
is the processor time of the server for each answer (Linux), which other work on the machine leaves
alone; own MB is the memory that the process itself holds, at most, in the first and in the last
quarter of a phase.
"""

import argparse
import http.client
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.data import NEWS_ARTICLES, archive_of, news, require_data
from benchmarks.memory import memory_mb

COMMIT_EVERY_S = 5.0
_NEW_ARTICLES = 50
_SEED = 20210622
_QUESTIONS = 500
_WAIT_S = 1.0
_BIN = Path(sys.executable).parent
_SQL = """
    SELECT article.id, article.title, date, source, snippet(words, 1, '', '', '…', 32) AS snippet
    FROM words JOIN article ON article.rowid = words.rowid
    WHERE words MATCH :q ORDER BY rank LIMIT 10"""


class Load(NamedTuple):
    """What came of a phase: times in ms, requests a second, processor time of the server for each,
    errors, and memory in MB.
    """

    p50_ms: float
    p95_ms: float
    per_second: float
    cpu_ms: float
    answers: int
    errors: list[str]
    first_mb: float
    last_mb: float
    commits: int


class Client(NamedTuple):
    """How a server is asked a question: its path."""

    port: int
    process: int
    path: Callable[[str], str]


def headline_words(articles: int) -> list[str]:
    """Questions: successive words of headlines."""
    draw = random.Random(_SEED)
    titles = [one.get("title") or "" for one in islice(news(), articles)]
    found: list[str] = []
    while len(found) < _QUESTIONS:
        words = ["".join(filter(str.isalnum, word)) for word in draw.choice(titles).split()]
        words, count = list(filter(None, words)), draw.randint(2, 4)
        if len(words) >= count:
            first = draw.randint(0, len(words) - count)
            found.append(" ".join(words[first : first + count]))
    return found


@contextmanager
def ours(archive: Path) -> Iterator[Client]:
    """A server of an archive."""
    command = [_BIN / "cakap-search", "serve", "--port", "0", "--archive", archive]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        port = int(server.stderr.readline().partition("127.0.0.1:")[2].partition("/")[0])
        try:
            yield Client(
                port,
                server.pid,
                lambda q: "/api/v1/search?" + urlencode({"q": q, "no-facets": "1"}),
            )
        finally:
            server.terminate()
            said = server.stderr.read()
    if said:
        sys.exit(said)


@contextmanager
def datasette(articles: int, folder: Path) -> Iterator[Client]:
    """Datasette on an FTS5 table of the same articles, which is made where it is not there."""
    database = folder / "news.db"
    if not database.exists():
        _write_fts5(articles, database)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    metadata = folder / "metadata.json"
    queries = {"databases": {"news": {"queries": {"find": {"sql": _SQL}}}}}
    metadata.write_text(json.dumps(queries))
    # By default a query that takes a second is an error, and here many wait for each other.
    patient = ["--setting", "sql_time_limit_ms", "60000"]
    command = [_BIN / "datasette", "serve", database, "--port", str(port), *patient]
    command += ["--metadata", metadata]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as server:  # type: ignore[call-overload]
        try:
            _until_it_listens(port)
            # Words are quoted: FTS5 would read some as operators.
            yield Client(
                port,
                server.pid,
                lambda q: (
                    "/news/find.json?"
                    + urlencode(
                        {"_shape": "objects", "q": " OR ".join(f'"{w}"' for w in q.split())}
                    )
                ),
            )
        finally:
            server.terminate()


def _write_fts5(articles: int, path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE article (id TEXT, title TEXT, body TEXT, date TEXT, source TEXT)"
        )
        fields = ("id", "title", "body", "date", "source")
        rows = (tuple(map(one.get, fields)) for one in islice(news(), articles))
        database.executemany("INSERT INTO article VALUES (?, ?, ?, ?, ?)", rows)
        database.execute("CREATE VIRTUAL TABLE words USING fts5 (title, body, content='article')")
        database.execute("INSERT INTO words (words) VALUES ('rebuild')")
    database.close()


def _until_it_listens(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    sys.exit("Datasette did not start")


def load(
    client: Client,
    questions: Sequence[str],
    clients: int,
    seconds: float,
    *,
    wait_s: float = 0.0,
    archive: Path | None = None,
) -> Load:
    """Ask with so many clients for so long, and write to the archive meanwhile, if there is one."""
    times: list[float] = []
    errors: list[str] = []
    started, cpu_before = time.perf_counter(), cpu_s(client.process)
    until = started + seconds

    def ask(number: int) -> None:
        draw = random.Random(_SEED + number)
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
        if wait_s:
            time.sleep(draw.uniform(0, wait_s))
        while (begun := time.perf_counter()) < until:
            try:
                connection.request("GET", client.path(draw.choice(questions)))
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    errors.append(f"status {response.status}")
            except (OSError, http.client.HTTPException) as error:
                errors.append(repr(error))
                connection.close()
            times.append(time.perf_counter() - begun)
            if wait_s:
                time.sleep(wait_s)
        connection.close()

    commits: list[int] = []
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    if archive is not None:
        threads.append(threading.Thread(target=_write, args=(archive, until, commits, errors)))
    for thread in threads:
        thread.start()
    memory: list[float] = []
    while time.perf_counter() < until:
        time.sleep(min(0.2, seconds / 20))
        memory.append(memory_mb(client.process)[1])
    for thread in threads:
        thread.join()
    quarter = max(len(memory) // 4, 1)
    ordered = sorted(times)
    return Load(
        statistics.median(ordered) * 1000,
        ordered[int(len(ordered) * 0.95)] * 1000,
        len(times) / (time.perf_counter() - started),
        (cpu_s(client.process) - cpu_before) * 1000 / len(times),
        len(times),
        errors,
        max(memory[:quarter]),
        max(memory[-quarter:]),
        len(commits),
    )


def cpu_s(process: int) -> float:
    """The processor time that a process has taken."""
    _, _, fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")
    user, system = fields.split()[11:13]  # after the name: utime and stime of proc(5)
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _write(archive: Path, until: float, commits: list[int], errors: list[str]) -> None:
    """Bring new articles to an archive every five seconds, by the command line."""
    draw, known = random.Random(time.time_ns()), list(islice(news(), 1000))
    sentences = [sentence for one in known for sentence in one["body"].split(". ")]
    with tempfile.TemporaryDirectory() as folder:
        while time.perf_counter() + COMMIT_EVERY_S < until:
            begun = time.perf_counter()
            path = Path(folder) / f"{time.time_ns()}.jsonl"
            with path.open("w", encoding="utf-8") as out:
                for _ in range(_NEW_ARTICLES):
                    body = ". ".join(draw.sample(sentences, 15))
                    new = {"id": f"load-{draw.random()}", "title": body[:60], "body": body}
                    out.write(json.dumps(new | {"source": "load"}) + "\n")
            command = [_BIN / "cakap-search", "index", path, "--archive", archive, "--jobs", "1"]
            ran = subprocess.run([*command, "--quiet"], capture_output=True, text=True)
            if ran.returncode:
                errors.append(f"the writer: {ran.stderr}")
            commits.append(ran.returncode)
            time.sleep(max(begun + COMMIT_EVERY_S - time.perf_counter(), 0))


def main() -> None:
    """Print a table of the phases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--articles", type=int, default=NEWS_ARTICLES)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    require_data()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.cache or Path(temporary)
        archive = archive_of(islice(news(), options.articles), folder)
        questions = headline_words(options.articles)
        print(
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {options.articles} articles"
        )
        print(
            f"{'server':<10} {'phase':<9} {'p50 ms':>8} {'p95 ms':>8} {'requests/s':>11}"
            f" {'CPU ms':>7} {'answers':>8} {'errors':>7} {'commits':>8} {'own MB':>12}",
            flush=True,
        )
        phases = {
            "alone": (1, options.seconds / 4, 0.0, False),
            "readers": (options.clients, options.seconds, _WAIT_S, True),
            "at once": (options.clients, options.seconds, 0.0, True),
        }
        for name, opened, written in (
            ("ours", ours(archive), archive),
            ("Datasette", datasette(options.articles, folder), None),
        ):
            with opened as client:
                load(client, questions, 2, min(10.0, options.seconds / 4))  # warm
                for phase, (clients, seconds, wait_s, writes) in phases.items():
                    found = load(
                        client,
                        questions,
                        clients,
                        seconds,
                        wait_s=wait_s,
                        archive=written if writes else None,
                    )
                    print(
                        f"{name:<10} {phase:<9} {found.p50_ms:8.1f} {found.p95_ms:8.1f}"
                        f" {found.per_second:11.1f} {found.cpu_ms:7.1f} {found.answers:8,}"
                        f" {len(found.errors):7} {found.commits:8}"
                        f" {found.first_mb:6.0f} {found.last_mb:5.0f}",
                        flush=True,
                    )
                    for error in found.errors[:3]:
                        print(f"  {error}")


if __name__ == "__main__":
    main()
