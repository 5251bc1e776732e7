"""What is an input, what is a record, and that nothing bad in one harms the next."""

import csv
import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.config import Config, FieldNames, Sources
from index.errors import SourceError
from index.sources import (
    Input,
    Record,
    Reject,
    UnknownType,
    Unreadable,
    inputs,
    read_article,
    records,
)
from index.sources.encoding import clean, decode
from index.sources.formats import FORMATS

CONFIG = Config()
SMALL = Config(sources=Sources(max_record_mb=1))


def split(path: Path, config: Config = CONFIG) -> list[Record | Reject]:
    found = records(Input(str(path), 0, 0), config)
    return [one for one in found if not isinstance(one, Unreadable)]


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def payloads(found: list[Record | Reject]) -> list[bytes]:
    return [record.payload for record in found if isinstance(record, Record)]


# --- inputs -----------------------------------------------------------------------------


def test_folders_are_walked_in_sorted_order_without_hidden_or_unknown_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("c.txt", "a.jsonl.gz", "b/x.HTML", ".d.txt", ".git/e.txt", "catatan.docx"):
        written(tmp_path, name, b"isi")
    found = list(inputs([str(tmp_path)]))
    assert [os.path.relpath(item.path, tmp_path) for item in found] == [
        "a.jsonl.gz",
        "b/x.HTML",
        "c.txt",
        "catatan.docx",
    ]
    assert found[3] == UnknownType(str(tmp_path / "catatan.docx"))
    status = (tmp_path / "c.txt").stat()
    assert found[2] == Input(str(tmp_path / "c.txt"), 3, status.st_mtime_ns)


def test_a_named_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, ".ekspor", b"isi")
    assert [item.path for item in inputs([str(path)])] == [str(path)]


def test_a_missing_path_stops_everything_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "ada.txt", b"isi")
    with pytest.raises(SourceError, match=r"tidak-ada\.txt: no such file"):
        inputs([str(path), str(tmp_path / "tidak-ada.txt")])


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", b"isi")
    (tmp_path / "b.txt").symlink_to(path)
    found = inputs([str(path), f"{tmp_path}/./a.txt", str(tmp_path)])
    assert [item.path for item in found] == [str(path)]


def test_a_name_that_is_no_utf8_is_reported_in_printable_form(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name in (b"kopi-\xff.txt", b"catatan-\xff.docx"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"isi")
    assert list(inputs([str(tmp_path)])) == [
        UnknownType(f"{tmp_path}/catatan-\ufffd.docx"),
        Unreadable(f"{tmp_path}/kopi-\ufffd.txt", "the name is not UTF-8; rename it"),
    ]


def test_loops_of_symbolic_links_end(tmp_path: Path) -> None:
    (tmp_path / "arsip").mkdir()
    (tmp_path / "arsip" / "atas").symlink_to(tmp_path)
    (tmp_path / "diri.txt").symlink_to("diri.txt")
    written(tmp_path / "arsip", "a.txt", b"isi")
    found = list(inputs([str(tmp_path)]))
    assert [type(item) for item in found] == [Input, Unreadable]


def test_stdin_is_read_once() -> None:
    assert list(inputs(["-", "-"])) == [Input("-", 0, 0)]


def test_a_folder_or_file_without_permission_is_reported_and_the_rest_read() -> None:
    program = (
        "import os, sys; from index.config import Config; from index.sources import *\n"
        "if os.getuid() == 0: os.setuid(65534)\n"  # root may read anything, nobody may not
        "for item in inputs(sys.argv[1:]):\n"
        "    kind = type(item).__name__\n"
        "    print(kind, *records(item, Config()) if kind == 'Input' else [item.reason])\n"
    )
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to nobody
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "rahasia").mkdir()
        for file in ("rahasia/a.txt", "b.txt", "c.txt"):
            written(folder, file, b"isi")
        (folder / "b.txt").chmod(0)
        (folder / "rahasia").chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", program, name],
            capture_output=True,
            check=True,
            text=True,
            cwd=Path(__file__).parents[1],
        )
        (folder / "rahasia").chmod(0o700)
    assert done.stdout.splitlines() == [
        f"Input Unreadable(path='{name}/b.txt', reason='cannot be read (Permission denied)')",
        "Input Record(number=None, payload=b'isi', format='text')",
        "Unreadable cannot be read (Permission denied)",
    ]


# --- formats and streams ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'\n {"isi": "a"}\n{"isi": "b"}\n', "json"),
        (b'[{"isi": "a"}]', "json"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b'<?xml version="1.0"?>\n<!-- x --><HTML></HTML>', "html"),
        (b"Jakarta - Hujan turun.", "text"),
        (b"Isi berita hari ini, menurut saksi mata.", "text"),
        (b"isi\n\nHujan turun.", "text"),
        (b'<?xml version="1.0"?><rss><item><title>A</title></item></rss>', "feed"),
        (b"---\ntitle: Hujan\n---\nHujan turun.", "markdown"),
        (b"--- Hujan turun ---\nJakarta.", "text"),
        (b'\nid;judul;"Isi"\n1;Hujan;Hujan turun.', "json"),
        (b"id\tjudul\tisi\n1\tHujan\tHujan turun.", "json"),
    ],
)
def test_content_tells_the_format_of_a_file_without_extension(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    found = split(written(tmp_path, "ekspor", content))
    assert {record.format for record in found if isinstance(record, Record)} == {expected}


def test_stdin_is_split_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"isi": "a"}\n{"isi": "b"}\n'))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert list(records(Input("-", 0, 0), CONFIG)) == [
        Record(1, b'{"isi": "a"}', "json"),
        Record(2, b'{"isi": "b"}', "json"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("a", "a.txt", "a.md", "a.html", "a.jsonl", "a.json", "a.csv", "a.tsv", "a.xml", "a.rss"),
        "a.wxr",
    ],
)
@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_a_reject(tmp_path: Path, name: str, content: bytes) -> None:
    assert split(written(tmp_path, name, content)) == [Reject(None, "empty")]


ACCEPTED = "accepted are wordpress, feed, json, html, markdown, csv, warc, text"


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02\x03" * 100, "Jakarta".encode("utf-16-le"), os.urandom(9000)]
)
def test_binary_content_named_txt_is_a_reject(tmp_path: Path, content: bytes) -> None:
    assert split(written(tmp_path, "a.txt", content)) == [
        Reject(None, f"binary content, not text; {ACCEPTED}")
    ]


def sqlite_file(folder: Path) -> bytes:
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("CREATE TABLE berita (isi TEXT)")
    connection.close()
    return (folder / "a.db").read_bytes()


def zip_file(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(name, "isi")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj", "a PDF document"),
        (b"{\\rtf1\\ansi Hujan turun.}", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", "a PNG image"),
        (b"-- MySQL dump 10.13\nCREATE TABLE wp_posts (", "an SQL dump"),
        (
            b'<?xml version="1.0"?><urlset><url><loc>https://a.example/b.html</loc></url></urlset>',
            "XML with the root <urlset>, neither a WordPress export nor a feed",
        ),
        (b'<?xml version="1.0"?>', "no XML, neither a WordPress export nor a feed"),
    ],
)
@pytest.mark.parametrize("name", ["arsip", "arsip.xml"])
def test_what_is_not_recognised_is_named(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    assert split(written(tmp_path, name, content)) == [Reject(None, f"{kind}; {ACCEPTED}")]


def test_a_database_and_an_office_document_are_named_whatever_their_extension(
    tmp_path: Path,
) -> None:
    for content, kind in [
        (sqlite_file(tmp_path), "an SQLite database"),
        (zip_file("word/document.xml"), "a Word document"),
        (zip_file("xl/workbook.xml"), "an Excel workbook"),
    ]:
        (reject,) = split(written(tmp_path, "a.txt", content))
        assert reject == Reject(None, f"{kind}; {ACCEPTED}")


def test_a_stray_nul_byte_does_not_lose_the_article(tmp_path: Path) -> None:
    (record,) = split(written(tmp_path, "a.txt", b"Hujan deras tu\x00run di Bogor sejak pagi."))
    assert isinstance(record, Record)
    assert read_article(record, CONFIG).body == "Hujan deras turun di Bogor sejak pagi."


def test_gzip_is_told_by_content_and_named_by_what_is_in_it(tmp_path: Path) -> None:
    content = gzip.compress(b'{"isi": "a"}\n')
    expected = [Record(1, b'{"isi": "a"}', "json")]
    assert split(written(tmp_path, "a.jsonl.gz", content)) == expected
    assert split(written(tmp_path, "b.jsonl", content)) == expected


def test_a_truncated_gzip_yields_what_could_be_read_and_a_reject(tmp_path: Path) -> None:
    lines = b"".join(b'{"isi": "berita %d"}\n' % number for number in range(20_000))
    content = gzip.compress(lines)
    found = split(written(tmp_path, "a.jsonl.gz", content[: len(content) // 2]))
    assert len(found) > 1000
    assert found[:2] == [
        Record(1, b'{"isi": "berita 0"}', "json"),
        Record(2, b'{"isi": "berita 1"}', "json"),
    ]
    assert found[-1] == Reject(None, "the gzip data is cut off; whole records before it were read")


def test_half_an_article_is_none(tmp_path: Path) -> None:
    content = gzip.compress(b"Hujan deras turun di Bogor sejak pagi hingga petang.")
    found = split(written(tmp_path, "a.txt.gz", content[:-12]))
    assert found == [Reject(None, "the gzip data is cut off; whole records before it were read")]


def test_a_corrupt_gzip_is_a_reject(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b'{"isi": "a"}\n' * 1000))
    content[-6] ^= 0xFF  # in the checksum
    found = split(written(tmp_path, "a.jsonl.gz", bytes(content)))
    assert len(found) == 1001
    assert isinstance(found[-1], Reject)
    assert found[-1].reason.startswith("the gzip data is corrupt (Error -3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_records_are_the_same_bytes_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = '{"isi": "“Kopi” 🇮🇩"}\n{"isi": "b"}\n'
    found = split(written(tmp_path, "a.jsonl", text.encode(encoding)))
    assert payloads(found) == [line.encode() for line in text.splitlines()]


def test_a_whole_file_over_the_limit_is_a_reject(tmp_path: Path) -> None:
    assert split(written(tmp_path, "a.txt", b"a" * 1_500_000), SMALL) == [
        Reject(
            None,
            "1.5 MB is over the limit of 1 MB; "
            "raise sources.max_record_mb in config.yaml to read it",
        )
    ]


def test_a_vanished_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "hilang.txt"
    assert list(records(Input(str(path), 0, 0), CONFIG)) == [
        Unreadable(str(path), "cannot be read (No such file or directory)")
    ]


# --- JSON ---------------------------------------------------------------------------------


def test_json_lines_are_numbered_as_an_editor_shows_them(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", b'\n{"isi": "a"}\r\n\n  {"isi": "b"}')
    assert split(path) == [
        Record(2, b'{"isi": "a"}', "json"),
        Record(4, b'{"isi": "b"}', "json"),
    ]


def test_an_array_and_an_object_around_it_hold_the_same_records(tmp_path: Path) -> None:
    array = b'[{"isi": "a"},\n {"isi": "b"}]'
    expected = [Record(1, b'{"isi": "a"}', "json"), Record(2, b'{"isi": "b"}', "json")]
    assert split(written(tmp_path, "a.json", array)) == expected
    for name in (b"articles", b"items", b"data", b"results"):
        wrapped = b'{\n  "status": "ok",\n  "%s": %s\n}' % (name, array)
        assert split(written(tmp_path, "b.json", wrapped)) == expected
        assert split(written(tmp_path, "c.json", wrapped.replace(b"\n", b""))) == expected


@pytest.mark.parametrize("body", ["body", "Isi", "lead_in"])
def test_an_article_wraps_no_others_whatever_its_fields_are_called(
    tmp_path: Path, body: str
) -> None:
    config = Config(sources=Sources(fields=FieldNames(body=("lead_in",))))
    content = json.dumps({"title": "Panen", body: "Panen padi.", "data": [{"isi": "a"}]}).encode()
    for name in ("a.json", "a.jsonl"):
        assert payloads(split(written(tmp_path, name, content), config)) == [content]


def test_an_empty_array_holds_no_article_and_is_no_fault(tmp_path: Path) -> None:
    assert split(written(tmp_path, "a.json", b"[]")) == []


def test_a_pretty_printed_object_is_one_article(tmp_path: Path) -> None:
    (record,) = split(written(tmp_path, "a.json", b'{\n  "judul": "J",\n  "isi": "B"\n}\n'))
    assert isinstance(record, Record)
    article = read_article(record, CONFIG)
    assert (article.title, article.body) == ("J", "B")


def test_one_line_of_json_lines_keeps_its_number_when_the_file_grows(tmp_path: Path) -> None:
    one = split(written(tmp_path, "a.jsonl", b'{"isi": "a"}\n'))
    two = split(written(tmp_path, "a.jsonl", b'{"isi": "a"}\n{"isi": "b"}\n'))
    assert one == two[:1] == [Record(1, b'{"isi": "a"}', "json")]


def test_a_line_cut_in_half_names_the_column_and_spoils_no_other(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", b'{"isi": "a"\n{"isi": "b"}\n{"isi": "c"}\n')
    first, second, third = split(path)
    assert isinstance(first, Record)
    with pytest.raises(SourceError, match=r"^not valid JSON at column 12: "):
        read_article(first, CONFIG)
    for record, body in ((second, "b"), (third, "c")):
        assert isinstance(record, Record)
        assert read_article(record, CONFIG).body == body


def test_an_array_cut_in_half_yields_its_whole_elements(tmp_path: Path) -> None:
    found = split(written(tmp_path, "a.json", b'[{"isi": "a"}, {"isi": "b"}, {"isi'))
    assert found == [
        Record(1, b'{"isi": "a"}', "json"),
        Record(2, b'{"isi": "b"}', "json"),
        Reject(3, "not valid JSON at column 31: unterminated string starting at"),
    ]


def test_arrays_that_follow_one_another_are_all_read(tmp_path: Path) -> None:
    content = b'[{"isi": "a"}]\n[]\n[{"isi": "b"}, {"isi": "c"}]\n'
    assert split(written(tmp_path, "a.json", content)) == [
        Record(1, b'{"isi": "a"}', "json"),
        Record(2, b'{"isi": "b"}', "json"),
        Record(3, b'{"isi": "c"}', "json"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"isi": "a"}]\n{"isi": "b"}\n', "line 2, column 1: extra data"),
        (b'[{"isi": "a"} {"isi": "b"}]', "column 15: expecting ',' delimiter"),
        (b'[{"isi": "a"}', "column 14: expecting ',' delimiter"),
        (b'[{"isi": "a"}, ', "column 16: expecting value"),
    ],
)
def test_what_cannot_be_read_behind_an_element_is_told(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    found = split(written(tmp_path, "a.json", content))
    assert found == [Record(1, b'{"isi": "a"}', "json"), Reject(2, f"not valid JSON at {reason}")]


def test_a_line_over_the_limit_is_rejected_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"isi": "a"}\n{"isi": "')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"isi": "b"}\n')
    tracemalloc.start()
    found = split(path, SMALL)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [
        Record(1, b'{"isi": "a"}', "json"),
        Reject(
            2,
            "50.0 MB is over the limit of 1 MB; "
            "raise sources.max_record_mb in config.yaml to read it",
        ),
        Record(3, b'{"isi": "b"}', "json"),
    ]
    assert peak_bytes < 5_000_000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[1, 2]", "not a JSON object"),
        (b'"isi"', "not a JSON object"),
        (b'{"judul": "tanpa isi"}', "no body under any of body, text, content"),
        (b'{"isi": "  \\u0000 "}', "no body under any of"),
        (b'{"isi": "a\xff\xff"}', r"neither UTF-8 nor Windows-1252: byte 0xff at offset 10"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"isi":' + b"[" * 500 + b"]" * 500 + b"}", "nested too deeply"),
    ],
)
def test_an_unusable_record_is_an_error_that_says_why(payload: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_article(Record(7, payload, "json"), CONFIG)


def test_json_as_python_writes_it_is_read() -> None:
    record = Record(1, b'{"isi": "a\tb", "judul": NaN, "tanggal": null}', "json")
    article = read_article(record, CONFIG)
    assert (article.body, article.title, article.date) == ("a\tb", None, None)


# --- CSV ----------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_of_csv_is_a_record_keyed_by_the_header(tmp_path: Path, delimiter: str) -> None:
    content = 'Judul,Isi\n"Satu, dua","baris\n""kedua"""\nTiga,empat\n'
    if delimiter != ",":
        content = content.replace(",", delimiter)
    found = split(written(tmp_path, "a.csv", b"\xef\xbb\xbf" + content.encode()))
    assert [msgspec.json.decode(payload) for payload in payloads(found)] == [
        {"Judul": f"Satu{delimiter if delimiter != ',' else ','} dua", "Isi": 'baris\n"kedua"'},
        {"Judul": "Tiga", "Isi": "empat"},
    ]
    assert [record.number for record in found] == [2, 3]


def test_a_row_with_a_missing_column_names_the_row_and_the_column(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", b"judul,isi,tanggal\na,b,2021\nc,d\ne,f,2022\n")
    found = split(path)
    assert [record.number for record in found] == [2, 3, 4]
    assert found[1] == Reject(3, "2 columns, the header has 3; none for tanggal")


def test_a_row_with_too_many_columns_is_a_reject(tmp_path: Path) -> None:
    found = split(written(tmp_path, "a.csv", b"judul,isi\na,b,c\nd,e,\n"))
    assert found[0] == Reject(2, "3 columns, the header has 2")
    assert isinstance(found[1], Record)


def test_a_header_without_body_says_what_was_found_and_how_to_name_it(tmp_path: Path) -> None:
    assert split(written(tmp_path, "a.csv", b"judul,naskah\na,b\n")) == [
        Reject(
            None,
            "no column holds the body: found judul, naskah; known are body, text, content, "
            "maintext, isi, konten, content_html, content_text, plaintext, story_text; "
            "name yours in config.yaml under sources.fields.body",
        )
    ]
    config = Config(sources=Sources(fields=FieldNames(body=("Naskah",))))
    (record,) = split(tmp_path / "a.csv", config)
    assert isinstance(record, Record)
    assert read_article(record, config).body == "b"


def table(path: Path) -> list[dict[str, str]]:
    return [msgspec.json.decode(payload) for payload in payloads(split(path))]


def test_a_quote_between_tabs_is_a_quote_where_it_encloses_no_cell(tmp_path: Path) -> None:
    content = (
        'id\tisi\tsumber\n1\t"Kopi" pahit\tA\n2\t"Teh manis\tB\n3\tIa "lega".\tC\n\n4\tGula 5"\tD\n'
    )
    assert table(written(tmp_path, "a.tsv", content.encode())) == [
        {"id": "1", "isi": '"Kopi" pahit', "sumber": "A"},
        {"id": "2", "isi": '"Teh manis', "sumber": "B"},
        {"id": "3", "isi": 'Ia "lega".', "sumber": "C"},
        {"id": "4", "isi": 'Gula 5"', "sumber": "D"},
    ]


def test_quoted_cells_between_tabs_hold_tabs_lines_and_quotes(tmp_path: Path) -> None:
    content = 'isi\tsumber\r\n"Kopi\tpahit\r\nkata ""Ani"""\t"A"\r\nTeh\tB\r\n'
    assert table(written(tmp_path, "a.tsv", content.encode())) == [
        {"isi": 'Kopi\tpahit\r\nkata "Ani"', "sumber": "A"},
        {"isi": "Teh", "sumber": "B"},
    ]


def test_what_a_database_escapes_between_tabs_is_read(tmp_path: Path) -> None:
    content = (
        rb"isi	sumber	judul" + b"\n" + rb"Kopi \"pahit\".\nTeh\tmanis \\n	\N	J" + b"\n"
    )
    assert table(written(tmp_path, "a.tsv", content)) == [
        {"isi": 'Kopi \\"pahit\\".\nTeh\tmanis \\n', "sumber": "", "judul": "J"}
    ]


ROWS = st.lists(
    st.lists(st.text("ab\t\n\"'", max_size=6), min_size=2, max_size=2).filter(any), max_size=5
)


@given(ROWS)
def test_every_table_that_is_written_with_quotes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("tsv") / "a.tsv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, "excel-tab", quoting=csv.QUOTE_ALL).writerows([["isi", "judul"], *rows])
    assert [list(row.values()) for row in table(path)] == rows


def test_an_undecodable_byte_costs_one_row_of_csv(tmp_path: Path) -> None:
    content = b"judul,isi\nKaf\xe9 baru,Kopi dari Gayo laris\nb,c \xff\xff d\ne,f\n"
    first, second, third = split(written(tmp_path, "a.csv", content))
    assert isinstance(first, Record)
    assert read_article(first, CONFIG).title == "Kafé baru"
    assert isinstance(second, Reject)
    assert second.number == 3
    assert isinstance(third, Record)


def test_a_header_is_decoded_like_a_row(tmp_path: Path) -> None:
    (record,) = split(written(tmp_path, "a.csv", b"isi,resum\xe9_singkat\nPanen kopi.,x\n"))
    assert payloads([record]) == ['{"isi":"Panen kopi.","resumé_singkat":"x"}'.encode()]
    (reject,) = split(written(tmp_path, "b.csv", b"isi,\x81\x8d\nPanen kopi.,x\n"))
    assert isinstance(reject, Reject)
    assert reject.reason.startswith("the header cannot be read: neither UTF-8 nor Windows-1252")


def test_a_quote_that_never_ends_is_a_reject(tmp_path: Path) -> None:
    content = b'judul,isi\na,"' + b"b\n" * 600_000
    found = split(written(tmp_path, "a.csv", content), SMALL)
    assert found[0] == Reject(2, "not valid CSV: field larger than field limit (1000000)")


# --- fields -------------------------------------------------------------------------------


def article_of(raw: object, config: Config = CONFIG):  # type: ignore[no-untyped-def]
    return read_article(Record(1, msgspec.json.encode(raw), "json"), config)


def test_every_field_has_english_and_indonesian_names_in_any_case() -> None:
    article = article_of(
        {
            "JUDUL": "J",
            "Isi": "B",
            "tanggal": "2021-06-22",
            "diperbarui": "2021-06-23",
            "Link": "https://contoh.id/a",
            "aliases": ["https://contoh.id/?p=17", "bukan alamat"],
            "sumber": "Harian Samudra",
            "article_id": 17,
            "rubrik": "Dunia",
            "penulis": "Ani; Budi",
            "tags": "senjata, Rusia",
            "meralat": ["12", "https://contoh.id/b?utm_source=wa"],
            "embargo_sampai": "2021-06-24",
        }
    )
    assert msgspec.structs.asdict(article) == {
        "title": "J",
        "body": "B",
        "date": "2021-06-22",
        "modified": "2021-06-23",
        "url": "https://contoh.id/a",
        "aliases": ("https://contoh.id/?p=17",),
        "source": "Harian Samudra",
        "given_id": "17",
        "category": "Dunia",
        "authors": ("Ani", "Budi"),
        "tags": ("senjata", "Rusia"),
        "unread_date": None,
        "corrects": ("12", "https://contoh.id/b"),
        "embargo_until": "2021-06-23T17:00:00+00:00",
    }


def test_the_first_name_with_a_value_wins() -> None:
    article = article_of({"isi": "ketiga", "text": "kedua", "body": "None", "title": "nan"})
    assert (article.body, article.title) == ("kedua", None)


def test_configured_names_are_tried_first() -> None:
    config = Config(sources=Sources(fields=FieldNames(body=("naskah",))))
    assert article_of({"body": "a", "Naskah": "b"}, config).body == "b"
    assert article_of({"body": "a"}, config).body == "a"


def test_of_several_values_the_first_is_the_category() -> None:
    article = article_of({"isi": "a", "categories": [{"name": "Dunia"}, {"name": "Politik"}]})
    assert article.category == "Dunia"


def test_authors_may_be_a_list_of_objects() -> None:
    article = article_of({"isi": "a", "authors": [{"name": "Ani"}, {"name": "Budi"}, "Ani"]})
    assert article.authors == ("Ani", "Budi")


def test_numbers_are_identifiers_and_never_names() -> None:
    article = article_of(
        {
            "id": 17,
            "title": {"rendered": "Harga &#8211; Beras"},
            "content": {"rendered": "<p>Harga naik.</p>", "protected": False},
            "author": 5,
            "categories": [3, 4],
            "tags": [9],
        }
    )
    assert (article.given_id, article.title, article.body) == ("17", "Harga – Beras", "Harga naik.")
    assert (article.authors, article.category, article.tags) == ((), None, ())


def test_a_nested_body_is_read_in_order() -> None:
    body = {"summary": ["Satu."], "sections": [{"headline": ["Dua"], "paragraphs": ["Tiga."]}]}
    assert article_of({"body": body}).body == "Satu.\nDua\nTiga."


def test_markup_in_a_body_becomes_text() -> None:
    body = "<p>Kopi &amp; <b>teh</b></p><p>Gula<br>jawa</p><script>x()</script>"
    assert article_of({"body": body}).body == "Kopi & teh\nGula\njawa"
    assert article_of({"body": "jika a < b dan b > c"}).body == "jika a < b dan b > c"


def test_an_unreadable_date_is_no_date_but_is_kept() -> None:
    article = article_of({"isi": "a", "date": "31/02/2021"})
    assert (article.date, article.unread_date) == (None, "31/02/2021")
    for date in ("22/06/2021", "", "null", None):
        assert article_of({"isi": "a", "date": date}).unread_date is None


@pytest.mark.parametrize("name", ["Date Published", "date-published", " date_published "])
def test_blanks_and_hyphens_in_field_names_are_underscores(name: str) -> None:
    assert article_of({"isi": "a", name: "2021-06-22"}).date == "2021-06-22"
    config = Config(sources=Sources(fields=FieldNames(body=("Isi Lengkap",))))
    assert article_of({"isi-lengkap": "a"}, config).body == "a"


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        (" https://Contoh.ID/a?utm_source=x&id=7#komentar ", "https://contoh.id/a?id=7"),
        ("http://contoh.id/a?utm_medium=x", "http://contoh.id/a"),
        ("ftp://contoh.id/a", None),
        ("contoh.id/a", None),
        ("http://[contoh", None),
    ],
)
def test_an_address_loses_what_does_not_name_the_article(
    given_url: str, expected: str | None
) -> None:
    assert article_of({"isi": "a", "url": given_url}).url == expected


# --- text, Markdown, HTML -----------------------------------------------------------------


def read(content: str | bytes, name: str):  # type: ignore[no-untyped-def]
    payload = content if isinstance(content, bytes) else content.encode()
    return read_article(Record(None, payload, name), CONFIG)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Hujan Guyur Bogor\n\nBOGOR - Hujan turun.", "Hujan Guyur Bogor"),
        ("Hujan Guyur Bogor\r\n \r\nBOGOR - Hujan turun.", "Hujan Guyur Bogor"),
        ("Hujan Guyur Bogor\nBOGOR - Hujan turun.", None),
        ("Hujan turun di Bogor.\n\nWarga bersiap.", None),
        ("“Hujan turun di Bogor.”\n\nWarga bersiap.", None),
        ("Hujan " * 26 + "\n\nWarga bersiap.", None),
        ("Hujan Guyur Bogor", None),
    ],
)
def test_a_short_first_line_before_a_blank_one_is_the_title(
    content: str, title: str | None
) -> None:
    article = read(content, "text")
    assert article.title == title
    assert article.body.startswith("BOGOR" if title else content[:5])


def test_front_matter_gives_the_fields_and_keeps_what_was_written() -> None:
    article = read(
        "---\njudul: Panen Raya\ntanggal: 2021-06-22\nid: 007\npenulis: [Ani, Budi]\n---\n"
        "# Panen Raya\n\nPetani **Karawang** [panen](https://contoh.id).\nHarga naik.\n\n"
        "- satu\n- dua\n\n![foto](a.jpg)\n",
        "markdown",
    )
    assert (article.title, article.date, article.given_id) == ("Panen Raya", "2021-06-22", "007")
    assert article.authors == ("Ani", "Budi")
    assert article.body == "Petani Karawang panen. Harga naik.\nsatu\ndua"


def test_the_first_heading_is_the_title_without_front_matter() -> None:
    article = read("# Panen Raya\n\nPetani panen.\n\n## Harga\n\nHarga naik.", "markdown")
    assert (article.title, article.body) == ("Panen Raya", "Petani panen.\nHarga\nHarga naik.")


def test_no_entity_puts_a_mark_that_turns_the_text_into_a_title() -> None:
    content = b"# Panen &#x202e;padi\n\nPanen &#x202e;tiba."
    article = read_article(Record(None, content, "markdown"), CONFIG)
    assert (article.title, article.body) == ("Panen padi", "Panen tiba.")


def test_markdown_marks_and_entities_become_text() -> None:
    article = read(
        "A &amp; B \\*c\\* `kode` <b>tebal</b>&#8203;  \nbaris\n\n> kutipan\n", "markdown"
    )
    assert article.body == "A & B *c* kode tebal\nbaris\nkutipan"


def test_text_between_rules_is_no_front_matter() -> None:
    article = read("---\nHujan turun.\n\n---\n\nWarga bersiap.", "markdown")
    assert article.body == "Hujan turun.\nWarga bersiap."


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("a: &a [x, x]\ntags: [*a, *a]", "front matter holds a YAML alias"),
        ("tags: " + "[" * 500 + "]" * 500, "nested too deeply"),
        ("judul: \uffff", "front matter is not valid YAML"),
    ],
)
def test_front_matter_that_could_harm_is_refused(front: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(f"---\n{front}\n---\nIsi.", "markdown")


def test_broken_front_matter_names_the_line() -> None:
    with pytest.raises(SourceError, match="front matter is not valid YAML in line 3 "):
        read("---\nrubrik: Kota\njudul: Banjir: warga mengungsi\n---\nIsi.", "markdown")


PAGE = """<!DOCTYPE html><html><head><title>Panen Raya | Kabar Nusantara</title>
<meta property="og:title" content="Panen Raya di Karawang">
<meta property="og:site_name" content="Kabar Nusantara">
<meta name="author" content="Ani Lestari">
<link rel="canonical" href="https://kabarnusantara.example/panen?utm_source=x">
{meta}</head><body><nav><a href="/">Beranda</a></nav><article><h1>Panen Raya di Karawang</h1>
<p>Petani di Karawang memanen padi lebih awal tahun ini karena hujan turun sejak Februari dan
air irigasi tersedia sepanjang musim.</p>
<p>Harga gabah kering naik sepuluh persen, kata ketua kelompok tani setempat kepada wartawan
yang datang ke sawahnya pada hari Selasa.</p></article>
<footer>Hak cipta Kabar Nusantara</footer></body></html>"""


@pytest.mark.parametrize(
    "meta",
    [
        '<meta property="article:published_time" content="2021-06-22T14:05:00+08:00">',
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        '"datePublished": "2021-06-22T14:05:00+08:00"}</script>',
    ],
)
def test_a_page_yields_its_text_and_metadata_with_the_offset(meta: str) -> None:
    article = read(PAGE.replace("{meta}", meta), "html")
    assert article.title == "Panen Raya di Karawang"
    assert article.source == "Kabar Nusantara"
    assert article.url == "https://kabarnusantara.example/panen"
    assert article.authors == ("Ani Lestari",)
    assert article.date is not None
    assert article.date.startswith("2021-06-22T14:05")
    assert article.date.endswith("+08:00")
    assert [line.split()[0] for line in article.body.splitlines()] == ["Petani", "Harga"]


def test_a_page_may_declare_an_encoding_and_be_in_another() -> None:
    page = PAGE.replace("{meta}", "").replace("kata ketua", "“lega”, kata ketua")
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?>' + page
    for content in (declared.encode(), page.encode("cp1252")):
        assert "“lega”" in read(content, "html").body


@pytest.mark.parametrize("content", ["<html><body></body></html>", "<html", "<p></p>"])
def test_a_page_without_article_text_is_an_error(content: str) -> None:
    with pytest.raises(SourceError, match=r"^no article text|^not a web page"):
        read(content, "html")


def test_a_saved_page_reads_as_a_reader_sees_it(test_data: Path) -> None:
    (record,) = split(test_data / "html" / "MediaIndonesia_2026_01_20.html.gz")
    assert isinstance(record, Record)
    article = read_article(record, CONFIG)
    seen = msgspec.json.decode((test_data / "html" / "MediaIndonesia.json").read_bytes())["V1"]
    assert article.title == seen["title"]
    assert article.body.split("\n") == seen["body"]["sections"][0]["paragraphs"]
    assert article.tags == tuple(seen["topics"])
    assert article.date is not None
    assert article.date.replace("T", " ") == seen["publishing_date"]


def test_every_article_of_the_test_data_is_read(test_data: Path) -> None:
    found = split(test_data / "news.jsonl.gz")
    assert len(found) == 38_230
    for record in found[::100]:
        assert isinstance(record, Record)
        given_fields = msgspec.json.decode(record.payload)
        article = read_article(record, CONFIG)
        assert article.given_id == given_fields["id"]
        assert len(article.body) > 0.9 * len(given_fields["body"])


# --- encoding -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Kopi ☕".encode(), "Kopi ☕"),
        ("Kopi".encode("utf-8-sig"), "Kopi"),
        (
            b"\x93Kafe itu ramai,\x94 kata Andr\xe9 \x96 pemiliknya.",
            "“Kafe itu ramai,” kata André – pemiliknya.",
        ),
    ],
)
def test_utf8_and_windows_1252_are_read(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"Presiden tiba di Jakarta \x81 pagi", 25),  # undefined in Windows-1252
        ("Kafé ramai di kota ini".encode() + b" \xe9 lagi", 24),  # valid UTF-8 beside it
        (b"Presiden tiba di Jakarta \xff pagi", 25),  # no letter stands alone
        (b"abc\xe9\xe8\xe7", 3),  # too many
    ],
)
def test_other_bytes_are_an_error_with_their_offset(data: bytes, offset: int) -> None:
    with pytest.raises(SourceError, match=f"at offset {offset};"):
        decode(data)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\x00b\x07c\x9bd\te", "abcd\te"),
        ("re\u00adpu\u200bblik\ufeff", "republik"),
        ("\u202aAl-Qur'an\u202c", "Al-Qur'an"),
        ("cafe\u0301", "café"),
        ("a\ud800b", "ab"),
        ("القدس עברית", "القدس עברית"),
        ("👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 🇮🇩", "👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 🇮🇩"),
        ("ke\u200drja", "kerja"),
    ],
)
def test_cleaning_drops_what_no_reader_sees(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.characters() | st.sampled_from("\r\n\x00\u200d\ufe0f\u0301👨")))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()


def test_importing_the_sources_loads_no_heavy_module() -> None:
    heavy = "{'trafilatura', 'lxml', 'yaml', 'markdown_it', 'feedparser', 'xml'}"
    program = f"import sys, index.sources; sys.exit(str({heavy} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stderr == "set()\n"


# --- laws ---------------------------------------------------------------------------------

CONTENT = st.binary() | st.lists(
    st.sampled_from(
        [
            *(b'{"isi": "a"}', b"{", b"}", b"[", b",", b"]", b'"', b"\n", b"judul,isi", b"<p>"),
            *(b"isi\tid", b"\t", b'"items":', b"<rss>", b"<item>", b"</item>", b"</rss>"),
        ]
    )
).map(b"".join)


@given(CONTENT, st.integers(0, 40))
def test_any_bytes_are_split_with_one_outcome_for_each_place(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a", "a.txt", "a.json", "a.csv", "a.xml"):
        for content in (data, gzip.compress(data)[: -cut or None]):
            found = split(written(folder, name, content))
            numbers = [record.number for record in found]
            assert len(set(numbers)) == len(numbers)


@given(CONTENT | st.text().map(str.encode), st.sampled_from(list(FORMATS)))
def test_any_bytes_are_read_as_an_article_or_refused(data: bytes, name: str) -> None:
    try:
        article = read_article(Record(None, data, name), CONFIG)
    except SourceError:
        return
    assert article.body
    article.content_hash()  # it can be written as JSON


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("<p>&#0;</p>"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("name"), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["isi", "title", "Date", "url", "id", "author"]), JSON))
def test_any_values_are_read_as_an_article_or_refused(raw: dict[str, object]) -> None:
    try:
        article = read_article(Record(1, json.dumps(raw).encode(), "json"), CONFIG)
    except SourceError:
        return
    assert article.body == clean(article.body).strip()
    article.content_hash()
