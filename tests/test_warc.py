"""Web archives: which pages are read out of them, and that damage costs only what it hit."""

import gzip
import io
import os
import re
import struct
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from index.archive import open_archive
from index.article import Article
from index.config import Config, Sources
from index.errors import SourceError
from index.pipeline import index_paths
from index.sources import Input, Record, Reject, Unreadable, read_article, records

CONFIG = Config()
HTML = "text/html; charset=utf-8"


def page(name: str, head: str = "") -> bytes:
    """A page about one village; its text names nothing else."""
    sentences = " ".join(
        f"Petani di desa {name} memetik kopi sejak pagi, kata warga ke-{number}."
        for number in range(9)
    )
    return (
        f"<html><head><title>Panen di {name}</title>{head}</head>"
        f"<body><article><h1>Panen di {name}</h1><p>{sentences}</p></article></body></html>"
    ).encode()


class Crawl:
    """A web archive in the making."""

    def __init__(self, *, gzipped: bool = True) -> None:
        self._out = io.BytesIO()
        self._writer = WARCWriter(self._out, gzip=gzipped)
        self.starts: list[int] = []

    def response(
        self,
        path: str,
        body: bytes,
        status: str = "200 OK",
        content_type: str = HTML,
        kind: str = "response",
        **headers: str,
    ) -> None:
        """Add what `https://contoh.id/` and the path answered."""
        self.starts.append(self._out.tell())
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        http_headers = StatusAndHeaders(
            status, [("Content-Type", content_type), *named], "HTTP/1.1"
        )
        record = self._writer.create_warc_record(
            f"https://contoh.id/{path}",
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=http_headers,
        )
        self._writer.write_record(record)

    def content(self) -> bytes:
        return self._out.getvalue()


def split(folder: Path, content: bytes, config: Config = CONFIG) -> list[Record | Reject]:
    path = folder / "kiriman.warc.gz"
    path.write_bytes(content)
    found = records(Input(str(path), 0, 0), config)
    return [one for one in found if not isinstance(one, Unreadable)]


def articles(found: list[Record | Reject]) -> list[Article]:
    return [read_article(one, CONFIG) for one in found if isinstance(one, Record)]


def urls(found: list[Record | Reject]) -> list[str | None]:
    return [article.url for article in articles(found)]


def chunked(body: bytes) -> bytes:
    pieces = [body[place : place + 100] for place in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# --- which pages, with which text -------------------------------------------------------------


@pytest.mark.parametrize("gzipped", [True, False])
def test_only_pages_that_were_sent_whole_are_articles(tmp_path: Path, gzipped: bool) -> None:
    crawl = Crawl(gzipped=gzipped)
    crawl.response("berita/1", page("Sukamaju"))
    crawl.response("berita/2", b"", status="301 Moved Permanently", Location="/berita/1")
    crawl.response("berita/3", page("Hilang"), status="404 Not Found")
    crawl.response("robots.txt", b"User-agent: *", content_type="text/plain")
    crawl.response("kopi.png", b"\x89PNG" * 999, content_type="image/png")
    crawl.response("", page("Beranda"))
    crawl.response("berita/1", b"", kind="revisit")
    crawl.response("berita/4", page("Mekarsari"), content_type="application/xhtml+xml")
    found = split(tmp_path, crawl.content())
    assert [one.number for one in found] == [1, 8]
    first, second = articles(found)
    assert (first.title, first.url) == ("Panen di Sukamaju", "https://contoh.id/berita/1")
    assert first.body.startswith("Petani di desa Sukamaju memetik kopi")
    assert first.source == "contoh.id"
    assert second.title == "Panen di Mekarsari"


def test_day_of_the_visit_is_no_publication_date(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.response("berita/1", page("Sukamaju"), Date="Tue, 22 Jun 2021 07:00:00 GMT")
    (article,) = articles(split(tmp_path, crawl.content()))
    assert article.date is None


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("identity", bytes),
        ("gzip", bytes),  # the crawler has taken it off
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_content_is_decoded_as_it_was_sent(
    tmp_path: Path, coding: str, encode: Callable[[bytes], bytes], is_chunked: bool
) -> None:
    crawl = Crawl()
    body = encode(page("Sukamaju"))
    if is_chunked:
        crawl.response("1", chunked(body), Content_Encoding=coding, Transfer_Encoding="chunked")
    else:
        crawl.response("1", body, Content_Encoding=coding)
    (article,) = articles(split(tmp_path, crawl.content()))
    assert article.title == "Panen di Sukamaju"


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),  # a lie that is common
        ("cp1252", "text/html; charset=ISO-8859-1", ""),
        ("cp1252", "text/html", '<meta charset="windows-1252">'),
        ("gb18030", 'text/html; charset="gb18030"', ""),
        ("utf-16", "text/html; charset=utf-16", ""),
        ("utf-8", "text/html; charset=tak-dikenal", ""),
    ],
)
def test_character_set_comes_from_header_or_page(
    tmp_path: Path, encoding: str, content_type: str, head: str
) -> None:
    crawl = Crawl()
    text = page("Sukamaju", head).decode().replace("Panen di", "“Panen” di")
    crawl.response("1", text.encode(encoding), content_type=content_type)
    (article,) = articles(split(tmp_path, crawl.content()))
    assert article.title == "“Panen” di Sukamaju"


def test_page_names_its_own_address_and_was_found_at_another(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.response("?p=7", page("Sukamaju", '<link rel="canonical" href="/berita/7">'))
    crawl.response("berita/8?utm_source=wa", page("Mekarsari", '<link rel="canonical" href="/">'))
    first, second = articles(split(tmp_path, crawl.content()))
    assert (first.url, first.aliases) == (
        "https://contoh.id/berita/7",
        ("https://contoh.id/?p=7",),
    )
    assert (second.url, second.aliases) == ("https://contoh.id/berita/8", ())


# --- damage -----------------------------------------------------------------------------------


def five(*, gzipped: bool) -> Crawl:
    crawl = Crawl(gzipped=gzipped)
    for number in range(1, 6):
        crawl.response(f"berita/{number}", page(f"Desa{number}") + b" " * 3000)
    return crawl


def without(*missing: int) -> list[str | None]:
    return [f"https://contoh.id/berita/{number}" for number in range(1, 6) if number not in missing]


@pytest.mark.parametrize("place", [15, 200, -5])
def test_flipped_byte_in_a_gzipped_record_costs_that_record(tmp_path: Path, place: int) -> None:
    crawl = five(gzipped=True)
    content = bytearray(crawl.content())
    content[crawl.starts[2 if place > 0 else 3] + place] ^= 0xFF
    found = split(tmp_path, bytes(content))
    assert urls(found) == without(3)
    assert found[-1].number is None
    assert re.match(r"the gzip data is corrupt .*; whole records around it were read", told(found))


def told(found: list[Record | Reject]) -> str:
    return str([one for one in found if isinstance(one, Reject)][-1].reason)


def test_hole_in_a_gzipped_archive_costs_the_records_in_it(tmp_path: Path) -> None:
    crawl = five(gzipped=True)
    content, (_, second, _, fourth, _) = crawl.content(), crawl.starts
    found = split(tmp_path, content[: second + 150] + b"rusak" * 99 + content[fourth:])
    assert urls(found) == without(2, 3)
    assert "the gzip data is corrupt" in told(found)


@pytest.mark.parametrize("length", [400, 60_000])  # into the next record, and past the last one
def test_damage_that_unpacks_with_the_records_behind_it_costs_none_of_them(
    tmp_path: Path, length: int
) -> None:
    crawl = five(gzipped=True)
    content, (_, second, third, _, _) = crawl.content(), crawl.starts
    stored_block = struct.pack("<BHH", 0, length, length ^ 0xFFFF)  # RFC 1951, section 3.2.4
    damaged = content[second : second + 10] + stored_block
    damaged += b"WARC/1.0\r\nContent-Length: 99999\r\n\r\nrusak"
    found = split(tmp_path, content[:second] + damaged + content[third:])
    assert urls(found) == without(2)
    assert "the gzip data is corrupt" in told(found)


def test_rubbish_between_gzipped_records_costs_nothing_but_is_told(tmp_path: Path) -> None:
    crawl = five(gzipped=True)
    content, third = crawl.content(), crawl.starts[2]
    found = split(tmp_path, content[:third] + b"rusak" * 99 + content[third:])
    assert urls(found) == without()
    assert "the gzip data is corrupt" in told(found)


@pytest.mark.parametrize("gzipped", [True, False])
def test_cut_off_archive_loses_its_last_record(tmp_path: Path, gzipped: bool) -> None:
    crawl = five(gzipped=gzipped)
    found = split(tmp_path, crawl.content()[: crawl.starts[4] + 250])
    assert urls(found) == without(5)
    assert isinstance(found[-1], Reject)


def test_hole_in_a_plain_archive_costs_the_records_in_it(tmp_path: Path) -> None:
    crawl = five(gzipped=False)
    content, (_, second, third, _, _) = crawl.content(), crawl.starts
    found = split(tmp_path, content[: second + 900] + content[third - 700 :])
    assert urls(found) == without(2)
    assert Reject(2, "the record is not as long as it says") in found


@pytest.mark.parametrize("length", ["12", "5000", "x", "-3", "9" * 5000])
def test_record_with_a_wrong_length_is_no_article(tmp_path: Path, length: str) -> None:
    crawl = five(gzipped=False)
    content, second = crawl.content(), crawl.starts[1]
    before, after = content[:second], content[second:]
    after = re.sub(rb"Content-Length: \d+", b"Content-Length: " + length.encode(), after, count=1)
    found = split(tmp_path, before + after)
    assert urls(found) == without(2)
    assert any(isinstance(one, Reject) and one.number == 2 for one in found)


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", gzip.compress(page("Sukamaju"))[:-20], "the gzip content is cut off"),
        ("br", brotli.compress(page("Sukamaju"))[:-9], "the br content is cut off"),
        ("zstd", b"\x28\xb5\x2f\xfd" + b"kopi" * 9, "the zstd content is damaged"),
        ("gzip", gzip.compress(bytes(3_000_000)), "over the limit of 1 MB"),
        ("br", brotli.compress(bytes(3_000_000)), "over the limit of 1 MB"),
        ("zstd", zstandard.compress(bytes(3_000_000)), "over the limit of 1 MB"),
    ],
)
def test_content_that_cannot_be_decoded_is_refused(
    tmp_path: Path, coding: str, body: bytes, reason: str
) -> None:
    crawl = Crawl()
    crawl.response("1", body, Content_Encoding=coding)
    config = Config(sources=Sources(max_record_mb=1))
    (record,) = split(tmp_path, crawl.content(), config)
    assert isinstance(record, Record)
    with pytest.raises(SourceError, match=reason):
        read_article(record, config)


def test_record_over_the_limit_is_passed_by(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.response("1", page("Sukamaju") + os.urandom(1_500_000))
    crawl.response("film", os.urandom(2_500_000), content_type="video/mp4")
    crawl.response("2", page("Mekarsari"))
    first, second = split(tmp_path, crawl.content(), Config(sources=Sources(max_record_mb=1)))
    assert isinstance(first, Reject)
    assert "1.5 MB is over the limit of 1 MB" in first.reason
    assert urls([second]) == ["https://contoh.id/2"]


# --- from a server ----------------------------------------------------------------------------


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/lama":
            self.send_response(302)
            self.send_header("Location", "/berita/1")
            self.end_headers()
            return
        body = page("Sukamaju") if self.path == "/berita/1" else b"Disallow:"
        self.send_response(200)
        self.send_header("Content-Type", HTML if self.path == "/berita/1" else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site() -> Iterator[int]:
    """A site on loopback; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


CRAWLER = """
import sys
from warcio.capture_http import capture_http
from urllib.request import urlopen
with capture_http(sys.argv[1]):
    for address in sys.argv[2:]:
        urlopen(address).read()
"""


def test_what_a_crawler_captured_from_a_server_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    with site() as port:
        addresses = [f"http://127.0.0.1:{port}{one}" for one in ("/robots.txt", "/lama")]
        subprocess.run([sys.executable, "-c", CRAWLER, path, *addresses], check=True)
    (article,) = articles(split(tmp_path, path.read_bytes()))
    assert article.url == f"http://127.0.0.1:{port}/berita/1"
    assert article.title == "Panen di Sukamaju"


# --- in the archive ---------------------------------------------------------------------------


def test_page_that_was_captured_again_is_one_article(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.response("berita/1", page("Sukamaju"))
    crawl.response("berita/1/?utm_source=wa", page("Sukamaju"))
    crawl.response("berita/1", b"", kind="revisit")
    crawl.response("amp/berita/1", page("Sukamaju"))
    crawl.response("lama", page("Sukamaju", '<link rel="canonical" href="/berita/1">'))
    (tmp_path / "a.warc.gz").write_bytes(crawl.content())
    summary, _ = index_paths([str(tmp_path / "a.warc.gz")], tmp_path / "arsip", CONFIG, jobs=1)
    assert (summary.read, summary.new, summary.changed, summary.unchanged) == (4, 1, 0, 3)
    with open_archive(tmp_path / "arsip") as archive:
        assert archive.find("http://www.contoh.id/lama") == [1]
        assert archive.version_count() == 1


def test_damage_is_told_once_with_its_place(tmp_path: Path) -> None:
    crawl = five(gzipped=True)
    content = bytearray(crawl.content())
    content[crawl.starts[3] - 5] ^= 0xFF  # in the checksum of the third
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    summary, rejects = index_paths([str(path)], tmp_path / "arsip", CONFIG, jobs=1)
    assert (summary.new, summary.rejected) == (4, 2)
    assert rejects[0] == f"{path}:3: the record is damaged"
    assert rejects[1].startswith(f"{path}: the gzip data is corrupt")
    path.touch()
    summary, rejects = index_paths([str(path)], tmp_path / "arsip", CONFIG, jobs=1)
    assert (summary.unchanged, summary.rejected_before, rejects) == (4, 2, [])


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    crawl = Crawl()
    for number in range(300):
        crawl.response(f"{number}", page("Sukamaju") + os.urandom(50_000))
        crawl.response(f"{number}.png", os.urandom(50_000), content_type="image/png")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(crawl.content())
    tracemalloc.start()
    count = sum(isinstance(one, Record) for one in records(Input(str(path), 0, 0), CONFIG))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300
    assert peak_bytes < 3_000_000 < path.stat().st_size / 5
