"""Feed files: RSS, Atom and JSON Feed, as their producers write them."""

import contextlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from feedgen.feed import FeedGenerator  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.sources import Input, Record, Reject, inputs, read_article, records
from tests.commands import run

CONFIG = Config()
WIB = timezone(timedelta(hours=7))


def split(path: Path, content: str | bytes) -> list[Record | Reject]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(records(Input(str(path), 0, 0), CONFIG))
    return [one for one in found if isinstance(one, Record | Reject)]


def articles(path: Path, content: str | bytes) -> list[Article]:
    found = split(path, content)
    assert not [one for one in found if isinstance(one, Reject)]
    return [read_article(one, CONFIG) for one in found if isinstance(one, Record)]


def generator() -> Any:
    """A feed of two items as feedgen makes it: one with its full text, one with a summary."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.id("https://kabarteluk.example/")
    feed.title("Kabar Teluk & Tanjung")
    feed.link(href="https://kabarteluk.example/")
    feed.description("Berita pesisir")
    for number in (1, 2):
        entry = feed.add_entry(order="append")
        entry.id(f"teluk-{number}")
        entry.title(f"Nelayan & Badai {number}")
        entry.link(href=f"https://kabarteluk.example/{number}?utm_source=rss")
        entry.published(datetime(2021, 6, 22, 14, 5, tzinfo=WIB))
        entry.updated(datetime(2021, 6, 23, 8, 0, tzinfo=WIB))
        entry.description(f"Ringkasan {number}.")
        entry.category(term="Daerah")
        entry.category(term="nelayan")
    entry = feed.entry()[0]
    entry.content("<p>Nelayan melaut <b>lagi</b>.</p><p>Badai reda.</p>", type="CDATA")
    return feed


FIELDS = {
    "title": "Nelayan & Badai 1",
    "body": "Nelayan melaut lagi.\nBadai reda.",
    "date": "2021-06-22T14:05+07:00",
    "modified": None,
    "url": "https://kabarteluk.example/1",
    "source": "Kabar Teluk & Tanjung",
    "given_id": "teluk-1",
    "category": "Daerah",
    "authors": (),
    "tags": ("nelayan",),
    "unread_date": None,
    "aliases": (),
    "corrects": (),
    "embargo_until": None,
}


def test_rss_of_feedgen_has_the_full_text_and_else_the_summary(tmp_path: Path) -> None:
    feed = generator()
    feed.entry()[0].dc.dc_creator("Ani Lestari")
    first, second = articles(tmp_path / "a.rss", feed.rss_str(pretty=True))
    assert msgspec.structs.asdict(first) == {**FIELDS, "authors": ("Ani Lestari",)}
    assert (second.body, second.given_id) == ("Ringkasan 2.", "teluk-2")


def test_atom_of_feedgen_has_the_full_text_and_else_the_summary(tmp_path: Path) -> None:
    feed = generator()
    feed.entry()[0].content("<p>Nelayan melaut <b>lagi</b>.</p><p>Badai reda.</p>", type="html")
    feed.entry()[0].author({"name": "Ani Lestari", "email": "ani@kabarteluk.example"})
    first, second = articles(tmp_path / "a.atom", feed.atom_str(pretty=True))
    assert msgspec.structs.asdict(first) == {
        **FIELDS,
        "modified": "2021-06-23T08:00+07:00",
        "authors": ("Ani Lestari",),
    }
    assert (second.body, second.given_id) == ("Ringkasan 2.", "teluk-2")


RSS_090 = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>Kabar Teluk</title><link>https://t.example/</link></channel>
<item><title>Nelayan</title><link>https://t.example/1</link>
<description>Nelayan melaut.</description></item></rdf:RDF>"""
RSS_091 = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Kabar Teluk</title><link>https://t.example/</link>
<item><title>Nelayan</title><link>https://t.example/1</link>
<description>Nelayan melaut.</description></item></channel></rss>"""
RSS_10 = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://t.example/"><title>Kabar Teluk</title><items><rdf:Seq>
<rdf:li resource="https://t.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://t.example/1"><title>Nelayan</title><link>https://t.example/1</link>
<dc:date>2021-06-22T14:05:00+07:00</dc:date><description>Nelayan melaut.</description></item>
</rdf:RDF>"""
ATOM_PREFIXED = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Kabar Teluk</a:title>
<a:entry><a:title>Nelayan</a:title><a:link href="https://t.example/1"/><a:id>urn:1</a:id>
<a:published>2021-06-22T07:05:00Z</a:published>
<a:content type="text">Nelayan melaut.</a:content></a:entry></a:feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Kabar Teluk</title>
<entry><title>Nelayan</title><link rel="alternate" type="text/html" href="https://t.example/1"/>
<issued>2021-06-22T14:05:00+07:00</issued>
<content type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Nelayan
melaut.</p></div></content></entry></feed>"""


@pytest.mark.parametrize(
    ("content", "date"),
    [
        (RSS_090, None),
        (RSS_091, None),
        (RSS_10, "2021-06-22T14:05+07:00"),
        (ATOM_PREFIXED, "2021-06-22T07:05+00:00"),
        (ATOM_03, "2021-06-22T14:05+07:00"),
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "arsip"])
def test_every_version_is_told_by_its_content(
    tmp_path: Path, name: str, content: str, date: str | None
) -> None:
    (article,) = articles(tmp_path / name, content)
    said = (article.title, article.body.replace("\n", " "), article.source, article.url)
    assert said == ("Nelayan", "Nelayan melaut.", "Kabar Teluk", "https://t.example/1")
    assert article.date == date


def test_the_feed_that_an_item_comes_from_is_its_source(tmp_path: Path) -> None:
    item = "<item><title>A</title><description>Isi.</description>{}</item>"
    source = '<source url="https://s.example/rss">Harian Samudra</source>'
    content = f"<rss><channel><title>Kumpulan</title>{item}{item}</channel></rss>"
    first, second = articles(tmp_path / "a.rss", content.replace("{}", source, 1).format(""))
    assert (first.source, second.source) == ("Harian Samudra", "Kumpulan")


def test_an_address_in_the_guid_is_the_url_where_there_is_no_link(tmp_path: Path) -> None:
    item = "<item><guid>https://t.example/1</guid><description>Isi.</description></item>"
    (article,) = articles(tmp_path / "a.rss", f"<rss><channel>{item}</channel></rss>")
    assert article.url == "https://t.example/1"


def test_a_byte_in_the_root_that_is_no_text_loses_no_item(tmp_path: Path) -> None:
    content = RSS_091.replace("<rss version", "<rss x='\xff' version").encode("latin-1")
    (article,) = articles(tmp_path / "a.rss", content)
    assert article.title == "Nelayan"


def test_what_has_neither_content_nor_summary_is_no_article(tmp_path: Path) -> None:
    content = "<rss><channel><item><title>A</title></item></channel></rss>"
    (record,) = split(tmp_path / "a.rss", content)
    assert isinstance(record, Record)
    with pytest.raises(SourceError, match="neither content nor summary"):
        read_article(record, CONFIG)


def test_the_names_that_feeds_have_are_read_in_a_folder(tmp_path: Path) -> None:
    for name in ("a.rss", "a.atom", "a.rdf", "a.xml", "a.wxr"):
        (tmp_path / name).write_text(RSS_091)
    found = list(inputs([str(tmp_path)]))
    assert [type(one) for one in found] == [Input] * 5
    kinds = [next(records(one, CONFIG)) for one in found if isinstance(one, Input)]
    assert [isinstance(one, Record) and one.format for one in kinds] == ["feed"] * 5


@pytest.mark.parametrize(
    ("encoding", "written", "quote"),
    [
        ("ISO-8859-1", "windows-1252", "“Melaut” itu café"),
        ("windows-1252", "windows-1252", "“Melaut” itu café"),
        ("ISO-8859-2", "iso-8859-2", "Wałęsa melaut"),
        ("UTF-8", "windows-1252", "“Melaut” itu kafe"),
        ("UTF-16", "utf-16", "“Melaut” itu Wałęsa"),
        ("tidak-ada", "utf-8", "“Melaut” itu Wałęsa"),
    ],
)
def test_a_feed_is_read_in_the_encoding_that_it_declares(
    tmp_path: Path, encoding: str, written: str, quote: str
) -> None:
    content = RSS_091.replace("ISO-8859-1", encoding).replace("Nelayan melaut.", quote)
    (article,) = articles(tmp_path / "a.xml", content.encode(written))
    assert article.body == quote


# --- damage -----------------------------------------------------------------------------------


def item(number: int) -> str:
    return f"<item><title>A {number}</title><description>Isi {number}.</description></item>"


def test_a_feed_that_is_cut_off_keeps_its_whole_items(tmp_path: Path) -> None:
    whole = f"<rss><channel><title>T</title>{item(1)}{item(2)}{item(3)}</channel></rss>"
    *kept, reject = split(tmp_path / "a.rss", whole[: whole.index("Isi 3")])
    assert [one.number for one in kept] == [1, 2]
    assert reject == Reject(3, "cut off inside this item; the whole items before it were read")
    *kept, reject = split(tmp_path / "a.rss", whole.removesuffix("</channel></rss>"))
    assert [one.number for one in kept] == [1, 2, 3]
    assert reject == Reject(None, "cut off: </rss> is missing; the whole items were read")


def test_a_name_for_a_blank_that_xml_does_not_know_loses_no_item(tmp_path: Path) -> None:
    content = f"<rss><channel>{item(1).replace('Isi', 'Isi&nbsp;lengkap')}{item(2)}</channel></rss>"
    first, second = articles(tmp_path / "a.rss", content)
    assert (first.body, second.body) == ("Isi\xa0lengkap 1.", "Isi 2.")


@pytest.mark.parametrize(
    "definition",
    [
        '<!ENTITY a "kopi"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c "kopi">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY c SYSTEM "http://127.0.0.1:9/c">',
    ],
)
def test_no_entity_is_expanded_or_fetched(tmp_path: Path, definition: str) -> None:
    content = (
        f'<?xml version="1.0"?><!DOCTYPE rss [{definition}]><rss><channel><title>T</title>'
        f"{item(1).replace('Isi', '&c; Isi')}{item(2)}</channel></rss>"
    )
    first, second = articles(tmp_path / "a.rss", content)
    assert first.body == "&c; Isi 1."
    assert second.body == "Isi 2."


def test_a_doctype_inside_an_item_declares_nothing(tmp_path: Path) -> None:
    inner = '<!DOCTYPE x [<!ENTITY c "kopi">]>'
    content = f"<rss><channel>{item(1).replace('Isi', inner + '&c; Isi')}</channel></rss>"
    for one in articles(tmp_path / "a.rss", content):
        assert "kopi Isi" not in one.body


# --- JSON Feed --------------------------------------------------------------------------------


def json_feed(**values: Any) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Kabar Teluk",
            "home_page_url": "https://t.example/",
            "items": [
                {
                    "id": "teluk-1",
                    "url": "https://t.example/1",
                    "title": "Nelayan",
                    "content_html": "<p>Nelayan melaut.</p>",
                    "summary": "Ringkas.",
                    "date_published": "2021-06-22T14:05:00+07:00",
                    "date_modified": "2021-06-23T08:00:00+07:00",
                    "authors": [{"name": "Ani Lestari", "url": "https://t.example/ani"}],
                    "tags": ["nelayan", "badai"],
                },
                {"id": 2, "content_text": "Isi < teks & lain."},
                {"id": "3", "summary": "Ringkasan saja.", "author": {"name": "Budi"}},
                {"id": "4", "title": "Tanpa isi"},
            ],
            **values,
        }
    )


def test_a_json_feed_has_the_full_text_and_else_the_summary(tmp_path: Path) -> None:
    found = split(tmp_path / "feed.json", json_feed())
    first, second, third, fourth = (one for one in found if isinstance(one, Record))
    assert msgspec.structs.asdict(read_article(first, CONFIG)) == {
        "title": "Nelayan",
        "body": "Nelayan melaut.",
        "date": "2021-06-22T14:05+07:00",
        "modified": "2021-06-23T08:00+07:00",
        "url": "https://t.example/1",
        "source": "Kabar Teluk",
        "given_id": "teluk-1",
        "category": None,
        "authors": ("Ani Lestari",),
        "tags": ("nelayan", "badai"),
        "unread_date": None,
        "aliases": (),
        "corrects": (),
        "embargo_until": None,
    }
    article = read_article(second, CONFIG)
    assert (article.body, article.given_id) == ("Isi < teks & lain.", "2")
    article = read_article(third, CONFIG)
    assert (article.body, article.authors) == ("Ringkasan saja.", ("Budi",))
    with pytest.raises(SourceError, match="no body"):
        read_article(fourth, CONFIG)


def test_a_json_feed_that_is_cut_off_keeps_its_whole_items(tmp_path: Path) -> None:
    whole = json_feed()
    *kept, reject = split(tmp_path / "feed.json", whole[: whole.index("Ringkasan saja")])
    assert [one.number for one in kept] == [1, 2]
    column = whole.index('"Ringkasan saja') + 1
    assert reject == Reject(
        3, f"not valid JSON at column {column}: unterminated string starting at"
    )


@pytest.mark.parametrize("title", ['"Kabar\\u0000 Teluk"', '"Kabar\x07 Teluk"', "[" * 9999])
def test_a_strange_title_of_a_json_feed_loses_no_item(tmp_path: Path, title: str) -> None:
    if title.startswith("["):
        content = json_feed()[:-1] + f', "title": {title}'
    else:
        content = json_feed().replace('"Kabar Teluk"', title)
    numbers = [one.number for one in split(tmp_path / "feed.json", content)]
    assert numbers == [1, 2, 3, 4] + [None] * title.startswith("[")  # the damage is told


# --- any damage -------------------------------------------------------------------------------

DOCUMENTS = {
    "a.rss": generator().rss_str(),
    "a.atom": generator().atom_str(),
    "a.rdf": RSS_10.encode(),
    "a.xml": ATOM_PREFIXED.encode(),
    "a.json": json_feed().encode(),
}
MARKS = ["<", ">", "&", "/", ":", '"', "<a:b>", "</item>", "<item>", "<![CDATA[", "]]>", "<!--"]
MARKS += ["{", "}", "[", "]", ",", "\x00", "\n", "null", "é", "\xff"]
EDITS = st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(MARKS))


@given(st.sampled_from(list(DOCUMENTS)), st.lists(EDITS, min_size=1, max_size=5), st.floats(0.5, 2))
def test_a_damaged_feed_has_at_most_one_outcome_for_each_item_and_no_other_error(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    edits: list[tuple[float, int, str]],
    kept: float,
) -> None:
    content = DOCUMENTS[name]
    for share, deleted, mark in edits:
        place = int(share * len(content))
        content = content[:place] + mark.encode("latin-1") + content[place + deleted :]
    content = content[: int(kept * len(content))] or b"<"
    found = split(tmp_path_factory.mktemp("feed") / name, content)
    places = [one.number for one in found]
    assert len(set(places)) == len(places)
    for one in found:
        if isinstance(one, Record):
            with contextlib.suppress(SourceError):
                assert read_article(one, CONFIG).body


# --- the command ------------------------------------------------------------------------------


def test_a_feed_is_found_by_its_words(tmp_path: Path) -> None:
    (tmp_path / "umpan.xml").write_bytes(generator().rss_str())
    finished = run("index", tmp_path / "umpan.xml", "--archive", tmp_path / "archive")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith("2 read: 2 new")
    found = run("query", "badai reda", "--format", "urls", "--archive", tmp_path / "archive")
    assert found.stdout.splitlines()[0] == "https://kabarteluk.example/1"
    again = run("index", tmp_path / "umpan.xml", "--archive", tmp_path / "archive")
    assert again.stdout.startswith("2 read: 0 new, 0 changed, 2 unchanged")
