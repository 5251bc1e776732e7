"""Every parser meets what nobody would write: an answer or an error of ours, never another one.

A few seconds in the ordinary suite; `test_for_minutes` runs each target longer.
"""

import datetime
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, clean_text
from index.config import Config, load_config
from index.enrich.agencies import agencies
from index.enrich.article import enrich
from index.enrich.boilerplate import boilerplate
from index.enrich.countries import country_code, country_mentions
from index.enrich.dates import date_mentions, period, read_date
from index.enrich.people import person_mentions
from index.errors import ArchiveError, ConfigError, QueryError, SourceError
from index.language.aliases import aliases
from index.language.analyzer import analyze
from index.segments.arrays import read_arrays, write_arrays
from index.sources import Input, PassedOver, Record, Reject, members, read_article, records
from search.query.expand import expand
from search.query.parse import parse
from search.snippets import Highlighter

CONFIG = Config()
TODAY = datetime.date(2021, 6, 22)
EXTENSIONS = ("txt", "md", "html", "json", "jsonl", "csv", "tsv", "json.gz", "xml", "warc", "zip")
_SHORT = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
_LONG = settings(_SHORT, max_examples=4000, derandomize=False)

# Pieces that the grammars look for, so that chance meets more than their first branch.
_WRITTEN = """
Senin 1 Juni 2021 31/12 pukul 25.61 WIB kemarin minggu lalu tahun 2020/2021 kuartal IV
Rp5,5 miliar % $1.000 AS Amerika Serikat Papua Nugini Bank Indonesia Presiden Joko Widodo
bin Abu al- Dr. H. Jr Soekarno-Hatta menteri luar negeri (Antara) dikutip Reuters melaporkan
Baca juga: KOMPAS.com - Editor: © me-me- 1.1.1. Jum'at d'Arc ke-2 Sdr. " “ ” ( ) [ ] * ~ + -
AND OR NOT judul: negara:RU, tanggal:..2021 <p> <p </div> <!-- &amp; &#0; { } : , null
--- ... # > ``` | \\ud83d !!python/object:os.system &a *a
"""
PIECES = st.sampled_from(
    [
        *_WRITTEN.split(),
        *("\t", "\n", "\r\n", "\x00", "\x1b", "\u0301", "\u200d", "\u202e", "\ufeff", "\u0130"),
        *("\u0345", "\u4e2d", "\U0001f468"),
    ]
)
CHARS = st.text(max_size=20)
TEXT = st.lists(st.one_of(PIECES, CHARS, st.just(" ")), max_size=60).map("".join)
BYTES = st.one_of(
    TEXT.map(lambda text: text.encode("utf-8", "replace")),
    TEXT.map(lambda text: text.encode("utf-16")),
    TEXT.map(lambda text: text.encode("cp1252", "replace")),
    st.binary(max_size=200),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["title", "body", "date", "url", "authors", "id", "articles"]), TEXT
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


def articles(folder: Path, name: str, content: bytes) -> list[Article]:
    """The articles of a file, as a run reads them."""
    path = folder / name
    path.write_bytes(content)
    found = []
    for member in members(Input(str(path), len(content), 0)):
        for record in records(member, CONFIG) if isinstance(member, Input) else ():
            assert isinstance(record, Record | Reject | PassedOver)
            if isinstance(record, Record):
                with suppress(SourceError):
                    found.append(read_article(record, CONFIG))
    return found


def assert_slices(text: str, spans: list[tuple[int, int]]) -> None:
    for start, end in spans:
        assert 0 <= start < end <= len(text)


def read_files(folder: Path) -> Callable[..., None]:
    def law(content: bytes, extension: str) -> None:
        for article in articles(folder, f"a.{extension}", content):
            assert article.body.strip()
            json.dumps(article.body).encode()  # no half characters

    return given(content=BYTES, extension=st.sampled_from(EXTENSIONS))(law)


def read_json(folder: Path) -> Callable[..., None]:
    def law(value: object, lines: int) -> None:
        content = "\n".join([json.dumps(value)] * lines).encode()
        articles(folder, "a.json", content)

    return given(value=JSON, lines=st.integers(1, 3))(law)


def read_page(folder: Path) -> Callable[..., None]:
    def law(title: str, body: str, date: str) -> None:
        page = (
            f"<html><head><title>{title}</title><meta property='article:published_time'"
            f" content='{date}'></head><body><article><p>{body}</p></article></body></html>"
        )
        articles(folder, "a.html", page.encode("utf-8", "replace"))

    return given(title=TEXT, body=TEXT, date=TEXT)(law)


def read_front_matter(folder: Path) -> Callable[..., None]:
    def law(meta: str, body: str) -> None:
        articles(folder, "a.md", f"---\n{meta}\n---\n{body}".encode("utf-8", "replace"))

    return given(meta=TEXT, body=TEXT)(law)


def read_table(folder: Path) -> Callable[..., None]:
    def law(rows: list[list[str]], separator: str) -> None:
        header = separator.join(("title", "body", "date"))
        lines = (separator.join(f'"{cell}"' for cell in row) for row in rows)
        articles(folder, "a.csv", "\n".join((header, *lines)).encode("utf-8", "replace"))

    rows = st.lists(st.lists(TEXT, min_size=2, max_size=4), max_size=4)
    return given(rows=rows, separator=st.sampled_from(",;\t"))(law)


def read_feed(folder: Path) -> Callable[..., None]:
    roots = st.sampled_from(
        [
            '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>{}</channel></rss>',
            '<rss version="2.0"><channel>{}</channel></rss>',
            '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>',
            '<!DOCTYPE a [<!ENTITY b "c">]><rss><channel>{}</channel>',
        ]
    )
    names = st.sampled_from(
        ["item", "entry", "title", "link", "description", "pubDate", "wp:status", "a"]
    )

    def law(root: str, parts: list[tuple[str, str]], inside: str) -> None:
        items = "".join(f"<item><{name}>{text}</{name}></item>" for name, text in parts)
        articles(folder, "a.xml", root.replace("{}", items + inside).encode("utf-8", "replace"))

    parts = st.lists(st.tuples(names, TEXT), max_size=4)
    return given(root=roots, parts=parts, inside=TEXT)(law)


def read_web_archive(folder: Path) -> Callable[..., None]:
    def law(head: str, body: str, length: int, status: str) -> None:
        page = f"HTTP/1.1 {status}\r\n{head}\r\n\r\n<html><body><p>{body}</p></body></html>"
        record = (
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n"
            f"Content-Length: {len(page.encode()) + length}\r\n\r\n{page}\r\n\r\n"
        )
        articles(folder, "a.warc", (record * 2).encode("utf-8", "replace"))

    heads = st.one_of(
        st.sampled_from(
            ["Content-Type: text/html", "Content-Encoding: gzip", "Transfer-Encoding: c"]
        ),
        TEXT,
    )
    lengths = st.one_of(st.just(0), st.integers(-2000, 2000))
    return given(
        head=heads, body=TEXT, length=lengths, status=st.sampled_from(["200 OK", "x", ""])
    )(law)


def read_zip(folder: Path) -> Callable[..., None]:
    def law(names: list[str], content: bytes, place: int, byte: int) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            for name in names:
                out.writestr(name or "a", content)
        spoiled = bytearray(packed.getvalue())
        spoiled[place % len(spoiled)] = byte
        articles(folder, "a.zip", bytes(spoiled))

    file_names = st.sampled_from(
        ["a.txt", "../a.json", "/etc/a.html", "b/c.csv", "a.zip", "x\0.txt"]
    )
    return given(
        names=st.lists(file_names, max_size=3, unique=True),
        content=BYTES,
        place=st.integers(0, 1 << 16),
        byte=st.integers(0, 255),
    )(law)


def analyzed(_: Path) -> Callable[..., None]:
    def law(text: str) -> None:
        tokens = analyze(text)
        assert_slices(text, [(token.start, token.end) for token in tokens])
        positions = [token.position for token in tokens]
        assert positions == sorted(positions)
        assert all(token.surface and token.stem != "" for token in tokens)
        snippet = Highlighter({token.stem: 1.0 for token in tokens if token.stem}, {}).snippet(
            text, 40
        )
        assert_slices(snippet.text, snippet.highlights)

    return given(text=TEXT)(law)


def enriched(_: Path) -> Callable[..., None]:
    def law(text: str, url: str) -> None:
        found = enrich(Article(body=text, url=url), CONFIG)
        assert_slices(text, list(found.cuts))
        cleaned = clean_text(text, found.cuts)
        for mention in (*found.people, *found.countries):
            assert_slices(cleaned, list(mention.spans))
        assert all(cleaned[date.start : date.end] == date.text for date in found.dates)

    return given(text=TEXT, url=TEXT)(law)


def mentioned(_: Path) -> Callable[..., None]:
    def law(text: str) -> None:
        for date in date_mentions(text, TODAY):
            assert text[date.start : date.end] == date.text
            assert datetime.datetime.fromisoformat(date.first) <= (
                datetime.datetime.fromisoformat(date.last)
            )
        assert all(person.name in text for person in person_mentions(text))
        for country in country_mentions(text):
            assert_slices(text, list(country.spans))
        assert_slices(text, list(boilerplate(text, None, {}).cuts))
        agencies(text)

    return given(text=TEXT)(law)


def dated(_: Path) -> Callable[..., None]:
    def law(text: str) -> None:
        read = read_date(text, "Asia/Jakarta")
        assert read is None or datetime.datetime.fromisoformat(read)
        with suppress(QueryError):
            first, last = period(text, TODAY)
            assert first is None or last is None or first <= last
        country_code(text)

    return given(text=TEXT)(law)


def asked(_: Path) -> Callable[..., None]:
    def law(question: str) -> None:
        parsed = parse(question)
        assert str(parse(str(parsed.tree)).tree) == str(parsed.tree)
        expand(parsed.tree, question, aliases(()))

    return given(question=TEXT)(law)


def configured(folder: Path) -> Callable[..., None]:
    def law(content: bytes) -> None:
        path = folder / "config.yaml"
        path.write_bytes(content)
        with suppress(ConfigError):
            load_config(path)

    keys = st.sampled_from(["timezone", "archive", "sources", "enrich", "indexing", "ranking", "b"])
    lines = st.lists(st.tuples(keys, TEXT), max_size=4).map(
        lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs).encode(
            "utf-8", "replace"
        )
    )
    return given(content=st.one_of(BYTES, lines))(law)


def mapped(folder: Path) -> Callable[..., None]:
    """A file of arrays with a directory of chance, its checksum right."""

    def law(directory: object, offset: int, data: bytes) -> None:
        import numpy as np

        path = folder / "a.seg"
        write_arrays(path, [("a", np.arange(3)), ("b", np.arange(40, dtype=np.uint8))])
        encoded = json.dumps(directory).encode() if directory is not None else data
        begin = len(path.read_bytes()) if offset < 0 else offset
        path.write_bytes(
            path.read_bytes()
            + encoded
            + struct.pack("<QII", begin, len(encoded), zlib.crc32(encoded))
        )
        with suppress(ArchiveError):
            arrays = read_arrays(path, verify=True)
            assert sum(array.nbytes for array in arrays.values()) <= path.stat().st_size

    number = st.integers(-(1 << 65), 1 << 65)
    kind = st.sampled_from(["<i8", "|u1", "<u4", "O", "<f8", "V9", "i8,i8", "(9,)u1", ""])
    entry = st.tuples(kind, st.one_of(st.integers(0, 50), number), number, st.integers(0, 9))
    directories = st.dictionaries(st.sampled_from("abc"), st.one_of(entry, JSON), max_size=3)
    return given(
        directory=st.one_of(st.none(), directories),
        offset=st.one_of(st.just(-1), st.integers(0, (1 << 64) - 1)),
        data=st.binary(max_size=40),
    )(law)


TARGETS = (
    *(read_files, read_json, read_page, read_front_matter, read_table, read_feed),
    *(read_web_archive, read_zip, analyzed, enriched, mentioned, dated, asked, configured, mapped),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_nothing_but_an_answer_or_an_error_of_ours(
    target: Callable[[Path], Callable[..., None]], tmp_path: Path
) -> None:
    _SHORT(target(tmp_path))()


@pytest.mark.full
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_for_minutes(target: Callable[[Path], Callable[..., None]], tmp_path: Path) -> None:
    _LONG(target(tmp_path))()
