"""Articles in zip files, behind Zstandard, and in folders of saved pages."""

import gzip
import io
import random
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
import zstandard

from index.config import Config, Sources
from index.sources import (
    Input,
    Record,
    Reject,
    UnknownType,
    Unreadable,
    inputs,
    members,
    read_article,
    records,
)
from tests.test_warc import Crawl, page

CONFIG = Config()
SMALL = Config(sources=Sources(max_record_mb=1))
LINES = b'{"isi": "a"}\n{"isi": "b"}\n'


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path: Path, config: Config = CONFIG) -> dict[str, list[object]]:
    """What each file holds, by its place below the folder of `path`: payloads and reasons."""
    found: dict[str, list[object]] = {}
    for source in inputs([str(path)]):
        for one in members(source) if isinstance(source, Input) else [source]:
            place = one.path.removeprefix(f"{path.parent}/")
            if isinstance(one, Input):
                outcomes = records(one, config)
                found[place] = [
                    outcome.payload if isinstance(outcome, Record) else outcome.reason
                    for outcome in outcomes
                ]
            else:
                found[place] = [one.reason if isinstance(one, Unreadable) else UnknownType]
    return found


# --- zip --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_each_file_in_a_zip_file_is_read_by_its_own_format(tmp_path: Path, method: int) -> None:
    crawl = Crawl()
    crawl.response("1", page("Sukamaju"))
    files = {
        "b.jsonl": LINES,
        "arsip/2021/a.txt": b"Hujan turun.",
        "arsip/c.csv.gz": gzip.compress(b"judul,isi\nA,Teh\n"),
        "arsip/d.warc.gz": crawl.content(),
        "catatan.docx": b"x",
    }
    found = read(zipped(tmp_path / "kiriman.zip", files, method))
    assert list(found) == [
        "kiriman.zip/arsip/2021/a.txt",
        "kiriman.zip/arsip/c.csv.gz",
        "kiriman.zip/arsip/d.warc.gz",
        "kiriman.zip/b.jsonl",
        "kiriman.zip/catatan.docx",
    ]
    text, csv, warc, jsonl, other = found.values()
    assert text == [b"Hujan turun."]
    assert csv == [b'{"judul":"A","isi":"Teh"}']
    assert len(warc) == 1
    assert jsonl == LINES.splitlines()
    assert other == [UnknownType]


def test_zip_file_is_told_by_its_content(tmp_path: Path) -> None:
    path = zipped(tmp_path / "ekspor.json", {"a.jsonl": LINES})
    assert read(path) == {"ekspor.json/a.jsonl": LINES.splitlines()}


def test_names_in_a_zip_file_lead_nowhere_else(tmp_path: Path) -> None:
    files = {"../../luar.txt": b"a", "/etc/b.txt": b"b", "luar.txt": b"c", "d\\..\\e.txt": b"d"}
    assert read(zipped(tmp_path / "k.zip", files)) == {
        "k.zip/_/luar.txt": [b"c"],
        "k.zip/d/e.txt": [b"d"],
        "k.zip/etc/b.txt": [b"b"],
        "k.zip/luar.txt": [b"a"],
    }
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["k.zip"]


def test_symbolic_link_in_a_zip_file_is_followed_nowhere(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("sandi.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "k.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "isi")
    assert read(tmp_path / "k.zip") == {"k.zip/a.txt": [b"isi"]}


def test_hidden_files_and_what_belongs_to_pages_are_passed_over_in_zip_files(
    tmp_path: Path,
) -> None:
    files = {
        "__MACOSX/._a.txt": b"x",
        ".git/a.txt": b"x",
        "situs/a.html": page("Sukamaju"),
        "situs/a_files/b.html": page("Iklan"),
        "situs/gaya.css": b"x",
        "robots.txt": b"x",
    }
    assert list(read(zipped(tmp_path / "k.zip", files))) == ["k.zip/situs/a.html"]


def test_web_archive_as_browsers_collect_it_has_each_page_once(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.response("1", page("Sukamaju"))
    files = {
        "datapackage.json": b'{"profile": "data-package"}',
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n{"url": "https://contoh.id/1", '
        b'"text": "Menu Sukamaju"}\n',
        "archive/data.warc.gz": crawl.content(),
        "indexes/index.cdx.gz": gzip.compress(b"id,contoh)/1"),
    }
    found = read(zipped(tmp_path / "koleksi.wacz", files, zipfile.ZIP_STORED))
    assert list(found) == ["koleksi.wacz/archive/data.warc.gz"]


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "k.zip", {"a.jsonl": bytes(20_000_000), "b.txt": b"Hujan turun."})
    found = read(path, SMALL)
    (reason,) = found["k.zip/a.jsonl"]
    assert str(reason).startswith("the zip data unpacks to more than 200 times its size")
    assert found["k.zip/b.txt"] == [b"Hujan turun."]


def test_files_that_lie_over_one_another_in_a_zip_file_are_refused(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(5000)
    path = zipped(tmp_path / "k.zip", {"a.txt": content, "b.txt": content, "c.txt": content})
    data = path.read_bytes()
    # Cut out the third file, whose place in the directory then lies in what is left.
    start = data.index(b"c.txt") - 30
    path.write_bytes(data[:start] + data[start + 5000 :])
    (reason,) = read(path)["k.zip"]
    assert "its files lie over one another" in str(reason)


def test_zip_file_in_a_zip_file_and_an_encrypted_one_are_told(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "dalam.zip", {"a.txt": b"x"}).read_bytes()
    path = zipped(tmp_path / "k.zip", {"dalam.zip": inner, "rahasia.txt": b"x", "s.txt": b"isi"})
    data = bytearray(path.read_bytes())
    place = data.rindex(b"rahasia.txt")
    data[place - 46 + 8] |= 1  # the flag of an encrypted file in the directory
    path.write_bytes(data)
    found = read(path)
    assert "where it is not opened" in str(found["k.zip/dalam.zip"])
    assert "is encrypted" in str(found["k.zip/rahasia.txt"])
    assert found["k.zip/s.txt"] == [b"isi"]


def test_damaged_file_in_a_zip_file_spoils_no_other(tmp_path: Path) -> None:
    files = {"a.txt": b"Hujan turun.", "b.txt": b"Kopi dipanen.", "c.jsonl": LINES}
    path = zipped(tmp_path / "k.zip", files, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Kopi", b"Kapi"))
    found = read(path)
    assert "the zip data is corrupt (Bad CRC-32" in str(found["k.zip/b.txt"])
    assert len(found["k.zip/b.txt"]) == 1
    assert found["k.zip/a.txt"] == [b"Hujan turun."]
    assert found["k.zip/c.jsonl"] == LINES.splitlines()


def test_cut_off_zip_file_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "k.zip", {"a.txt": b"Hujan turun." * 99})
    path.write_bytes(path.read_bytes()[:-40])
    (reason,) = read(path)["k.zip"]
    assert str(reason).startswith("the zip file is damaged (File is not a zip file)")


def test_zip_file_on_standard_input_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped(tmp_path / "k.zip", {"a.txt": b"x"}).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    (source,) = members(Input("-", 0, 0))
    assert isinstance(source, Input)
    (found,) = records(source, CONFIG)
    assert isinstance(found, Reject)
    assert "where it is not opened" in found.reason


# --- Zstandard and gzip -----------------------------------------------------------------------


def test_zstandard_is_told_by_content_and_may_have_many_frames(tmp_path: Path) -> None:
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00lupa"
    first, second = (zstandard.compress(line + b"\n") for line in LINES.splitlines())
    for name in ("a.jsonl.zst", "b.jsonl", "ekspor"):
        (tmp_path / name).write_bytes(skippable + first + second)
        assert read(tmp_path / name)[name] == LINES.splitlines()
    assert [Path(one.path).name for one in inputs([str(tmp_path)]) if isinstance(one, Input)] == [
        "a.jsonl.zst",
        "b.jsonl",
    ]


@pytest.mark.parametrize(
    ("cut", "reason"),
    [(slice(0, -9), "the Zstandard data is cut off"), (slice(5, None), "not text")],
)
def test_damaged_zstandard_is_told(tmp_path: Path, cut: slice, reason: str) -> None:
    noise = random.Random(1)
    lines = b"".join(b'{"isi": "%d"}\n' % noise.getrandbits(90) for _ in range(9000))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(lines)[cut])
    *_, last = read(tmp_path / "a.jsonl.zst")["a.jsonl.zst"]
    assert reason in str(last)


@pytest.mark.parametrize(
    ("name", "compress"),
    [("gzip", gzip.compress), ("Zstandard", zstandard.compress)],
)
def test_memory_is_that_of_a_record_however_much_is_unpacked(
    tmp_path: Path, name: str, compress: object
) -> None:
    assert callable(compress)
    (tmp_path / "a.jsonl").write_bytes(compress(bytes(200_000_000)))
    tracemalloc.start()
    *_, last = read(tmp_path / "a.jsonl", SMALL)["a.jsonl"]
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(last).startswith(f"the {name} data unpacks to more than 200 times its size")
    assert peak_bytes < 80_000_000


def test_padding_behind_gzip_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(gzip.compress(LINES) + bytes(100_000))
    assert read(tmp_path / "a.jsonl")["a.jsonl"] == LINES.splitlines()


# --- saved pages ------------------------------------------------------------------------------


def test_pages_as_browsers_and_crawlers_save_them_have_their_address(tmp_path: Path) -> None:
    start = page("Sukamaju").removeprefix(b"<html>")
    pages = {
        "canonical": b'<html><link rel="canonical" href="https://contoh.id/1">' + start,
        "og": b'<html><meta property="og:url" content="https://contoh.id/1">' + start,
        "saved": b"<html><!-- saved from url=(0019)https://contoh.id/1 -->" + start,
        "single": b"<html><!--\n Page saved with SingleFile \n url: https://contoh.id/1 \n"
        b" saved date: Tue Jun 22 2021\n-->" + start,
        "httrack": b"<html><!-- Mirrored from contoh.id/1 by HTTrack -->" + start,
        "relative": b'<html><link rel="canonical" href="/1">'
        b"<!-- saved from url=(0030)https://contoh.id/terbaru -->" + start,
        "none": b'<html><link rel="canonical" href="http://[">' + start,
    }
    found = {}
    for name, content in pages.items():
        (tmp_path / name).write_bytes(content)
        (record,) = records(Input(str(tmp_path / name), 0, 0), CONFIG)
        assert isinstance(record, Record)
        found[name] = read_article(record, CONFIG).url
    assert found.pop("none") is None
    assert set(found.values()) == {"https://contoh.id/1"}


def test_what_lies_beside_saved_pages_is_passed_over_quietly(tmp_path: Path) -> None:
    for name in (
        "Judul.html",
        "Judul_files/iklan.html",
        "Judul_files/gaya.css",
        "lain_files/b.html",  # there is no such page, so it is a folder like others
        "contoh.id/index.html",
        "contoh.id/berita/satu",
        "contoh.id/baca?id=5",
        "contoh.id/robots.txt",
        "contoh.id/gambar/a.PNG",
        "contoh.id/a.js",
        "contoh.id/catatan",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" if name.endswith("catatan") else b" <!DOCTYPE html>\n<html></html>")
    found = {one.path.removeprefix(f"{tmp_path}/"): type(one) for one in inputs([str(tmp_path)])}
    assert found == {
        "Judul.html": Input,
        "contoh.id/baca?id=5": Input,
        "contoh.id/berita/satu": Input,
        "contoh.id/catatan": UnknownType,
        "contoh.id/index.html": Input,
        "lain_files/b.html": Input,
    }


def test_site_that_was_saved_from_a_server_is_read(tmp_path: Path) -> None:
    """As `wget -r` saves it: a folder for each host, and files by their paths."""
    site = tmp_path / "situs"
    for name, head in (("berita/1/index.html", '<link rel="canonical" href="'), ("2.html", "")):
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f'{head}https://contoh.id/berita/1/">' if head else ""
        path.write_bytes(page(f"Desa{len(name)}", head))
    (site / "gaya.css").write_bytes(b"a {}")
    handler = partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        host = f"127.0.0.1:{server.server_port}"
        for path in ("/berita/1/", "/2.html", "/gaya.css"):
            saved = tmp_path / "simpanan" / host / (path[1:] + "index.html" * path.endswith("/"))
            saved.parent.mkdir(parents=True, exist_ok=True)
            saved.write_bytes(urlopen(f"http://{host}{path}").read())
        server.shutdown()
        thread.join()
    found = [one for one in inputs([str(tmp_path / "simpanan")]) if isinstance(one, Input)]
    outcomes = [record for one in found for record in records(one, CONFIG)]
    articles = [read_article(one, CONFIG) for one in outcomes if isinstance(one, Record)]
    assert [(article.title, article.url) for article in articles] == [
        ("Panen di Desa6", None),
        ("Panen di Desa19", "https://contoh.id/berita/1/"),
    ]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_libraries_for_web_archives_are_loaded_only_for_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    program = (
        "import sys; from index.config import Config; from index.sources import *\n"
        "list(records(Input(sys.argv[1], 0, 0), Config()))\n"
        "import search.cli.main, search.embedded.engine\n"
        "print({'warcio', 'brotli', 'watchfiles', 'trafilatura', 'index.urls'} & {*sys.modules})"
    )
    run = [sys.executable, "-c", program, str(tmp_path / "a.jsonl")]
    done = subprocess.run(run, capture_output=True, check=True, text=True)
    assert done.stdout == "{'index.urls'}\n"
