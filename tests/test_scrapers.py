"""What news scrapers write is read as it is: the shapes are those of the named versions."""

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trafilatura

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.sources import Input, Record, Reject, read_article, records
from tests.commands import run

CONFIG = Config()
BODY = ["Petani Karawang memanen padi lebih awal.", "Harga gabah naik sepuluh persen."]
FIELDS = {
    "title": "Panen Raya di Karawang",
    "body": "\n".join(BODY),
    "date": "2021-06-22T14:05+07:00",
    "modified": None,
    "url": "https://kabar.example/panen",
    "source": "Kabar Nusantara",
    "given_id": None,
    "category": None,
    "authors": ("Ani Lestari",),
    "tags": (),
    "unread_date": None,
    "aliases": (),
    "corrects": (),
    "embargo_until": None,
}


def split(path: Path, content: str, config: Config = CONFIG) -> list[Record | Reject]:
    path.write_text(content)
    found = list(records(Input(str(path), 0, 0), config))
    return [one for one in found if isinstance(one, Record | Reject)]


def articles(path: Path, content: str, config: Config = CONFIG) -> list[Article]:
    found = split(path, content, config)
    assert not [one for one in found if isinstance(one, Reject)]
    return [read_article(one, config) for one in found if isinstance(one, Record)]


def fields_of(path: Path, content: str) -> dict[str, Any]:
    (article,) = articles(path, content)
    return msgspec.structs.asdict(article)


NEWS_WATCH = {  # news-watch 1.3.0
    "title": "Panen Raya di Karawang",
    "publish_date": "2021-06-22 14:05:00",
    "author": "Ani Lestari",
    "content": "\n".join(BODY),
    "keyword": "padi",
    "category": "Ekonomi",
    "source": "Kabar Nusantara",
    "link": "https://kabar.example/panen",
}


def news_watch_csv(path: Path) -> str:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(NEWS_WATCH), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(NEWS_WATCH)
    return path.read_text()


def test_news_watch_in_each_of_its_formats(tmp_path: Path) -> None:
    expected = {**FIELDS, "category": "Ekonomi"}
    assert fields_of(tmp_path / "a.jsonl", json.dumps(NEWS_WATCH) + "\n") == expected
    assert fields_of(tmp_path / "a.json", json.dumps([NEWS_WATCH], indent=2)) == expected
    assert fields_of(tmp_path / "a.csv", news_watch_csv(tmp_path / "w.csv")) == expected


def test_times_of_news_watch_are_in_the_zone_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(NEWS_WATCH))
    finished = run("index", path, "--timezone", "Asia/Makassar", "--archive", tmp_path / "archive")
    assert finished.returncode == 0
    listed = run("query", "", "--format", "jsonl", "--archive", tmp_path / "archive")
    assert json.loads(listed.stdout)["date"] == "2021-06-22T14:05+08:00"


def fundus(title: str) -> dict[str, Any]:
    """`Article.to_json()` of Fundus 0.5.7."""
    image = {"versions": [{"url": "https://kabar.example/a.jpg", "size": None}], "is_cover": True}
    return {
        "free_access": True,
        "images": [{**image, "caption": "Sawah.", "authors": ["Dok. Ani"], "position": 387}],
        "topics": ["padi", "Karawang"],
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": BODY}]},
        "authors": ["Ani Lestari"],
        "publishing_date": "2021-06-22 14:05:00+07:00",
        "title": title,
    }


def test_a_file_that_fundus_saves_has_the_articles_of_each_publisher(tmp_path: Path) -> None:
    saved = {
        "Kabar Nusantara": [fundus("Panen Raya di Karawang"), fundus("Kedua")],
        "Harian Samudra": [],
        "Lintas Kota": [fundus("Ketiga")],
    }
    first, second, third = articles(tmp_path / "a.json", json.dumps(saved, indent=4))
    expected = {**FIELDS, "url": None, "tags": ("padi", "Karawang")}
    assert msgspec.structs.asdict(first) == expected
    assert [(one.title, one.source) for one in (second, third)] == [
        ("Kedua", "Kabar Nusantara"),
        ("Ketiga", "Lintas Kota"),
    ]


def test_a_file_of_fundus_that_is_cut_off_keeps_its_whole_articles(tmp_path: Path) -> None:
    saved = {"Kabar Nusantara": [fundus("Satu")], "Lintas Kota": [fundus("Dua"), fundus("Tiga")]}
    whole = json.dumps(saved, indent=4)
    found = split(tmp_path / "a.json", whole[: whole.index('"Tiga"') + 3])
    kept = [read_article(one, CONFIG) for one in found[:-1] if isinstance(one, Record)]
    assert [(one.title, one.source) for one in kept] == [
        ("Satu", "Kabar Nusantara"),
        ("Dua", "Lintas Kota"),
    ]
    lines = whole[: whole.index('"Tiga"')].split("\n")
    assert found[-1] == Reject(
        3,
        f"not valid JSON at line {len(lines)}, column {len(lines[-1]) + 1}: "
        "unterminated string starting at",
    )


def test_one_article_of_fundus_names_its_publisher_when_it_was_asked_for(tmp_path: Path) -> None:
    asked = {"title": "Panen", "plaintext": "Panen tiba.", "publisher": "Kabar Nusantara"}
    article = fields_of(tmp_path / "a.json", json.dumps(asked))
    assert (article["body"], article["source"]) == ("Panen tiba.", "Kabar Nusantara")


PAGE = f"""<html><head><title>Panen Raya di Karawang</title>
<meta property="og:title" content="Panen Raya di Karawang">
<meta property="og:site_name" content="Kabar Nusantara">
<meta property="og:url" content="https://kabar.example/panen">
<meta property="article:section" content="Ekonomi"><meta name="keywords" content="padi, Karawang">
<meta property="article:published_time" content="2021-06-22T14:05:00+07:00">
<meta name="author" content="Ani Lestari"></head><body><article><h1>Panen Raya di Karawang</h1>
<p>{BODY[0]} Hujan turun sejak Februari dan air irigasi tersedia sepanjang musim tanam itu.</p>
<p>{BODY[1]} Ketua kelompok tani mengatakannya kepada wartawan yang datang ke sawah.</p>
</article></body></html>"""


def test_trafilatura_whose_source_is_the_address(tmp_path: Path) -> None:
    written = trafilatura.extract(PAGE, output_format="json", with_metadata=True)
    article = fields_of(tmp_path / "a.json", written)
    body = article.pop("body")
    assert [line[: len(BODY[0])] for line in body.split("\n")] == [BODY[0], BODY[1] + " Ketua k"]
    expected = {**FIELDS, "date": "2021-06-22", "category": "Ekonomi", "tags": ("padi", "Karawang")}
    assert {**article, "body": FIELDS["body"]} == expected


def test_newspaper4k(tmp_path: Path) -> None:
    written = {  # `Article.to_json()` of newspaper4k 0.9.6
        "url": "https://kabar.example/panen",
        "read_more_link": "",
        "language": "id",
        "title": "Panen Raya di Karawang",
        "top_image": "",
        "meta_img": "",
        "images": [],
        "movies": [],
        "keywords": [],
        "meta_keywords": ["padi", "Karawang"],
        "tags": None,
        "authors": ["Ani Lestari"],
        "publish_date": "2021-06-22T14:05:00+07:00",
        "summary": "Ringkasan.",
        "meta_description": "",
        "meta_lang": "id",
        "meta_favicon": "",
        "meta_site_name": "Kabar Nusantara",
        "canonical_link": "https://kabar.example/panen",
        "text": "\n\n".join(BODY),
    }
    article = fields_of(tmp_path / "a.json", json.dumps(written, indent=4))
    expected = {**FIELDS, "body": "\n\n".join(BODY), "tags": ("padi", "Karawang")}
    assert article == expected


@pytest.mark.parametrize("more", [{}, {"text": None}])
def test_news_please(tmp_path: Path, more: dict[str, None]) -> None:
    written = {  # news-please 1.6.16; `text` is in `get_serializable_dict()` only
        "authors": ["Ani Lestari"],
        "date_download": "2021-06-24 09:00:00",
        "date_modify": "None",
        "date_publish": "2021-06-22 14:05:00",
        "description": "Ringkasan.",
        "filename": "panen.html.json",
        "image_url": None,
        "language": "id",
        "localpath": "/tmp/panen.html",
        "title": "Panen Raya di Karawang",
        "title_page": None,
        "title_rss": None,
        "source_domain": "Kabar Nusantara",
        "maintext": "\n".join(BODY),
        "url": "https://kabar.example/panen",
        **more,
    }
    assert fields_of(tmp_path / "a.json", json.dumps(written)) == FIELDS


def test_media_cloud(tmp_path: Path) -> None:
    story = {  # mediacloud 5.2.0, with text
        "id": "9f2c",
        "indexed_date": "2021-06-24 09:00:00",
        "publish_date": "2021-06-22",
        "language": "id",
        "media_name": "Kabar Nusantara",
        "media_url": "kabar.example",
        "title": "Panen Raya di Karawang",
        "url": "https://kabar.example/panen",
        "text": "\n".join(BODY),
    }
    expected = {**FIELDS, "date": "2021-06-22", "given_id": "9f2c", "authors": ()}
    assert fields_of(tmp_path / "a.jsonl", json.dumps(story) + "\n") == expected
    old = {**story, "guid": None, "stories_id": 27, "story_text": story["text"]}
    del old["id"], old["text"]
    assert fields_of(tmp_path / "a.jsonl", json.dumps(old)) == {**expected, "given_id": "27"}


def test_stories_of_media_cloud_without_text_are_told(tmp_path: Path) -> None:
    content = "id,indexed_date,language,media_name,media_url,publish_date,title,url\n1,,,,,,,\n"
    (reject,) = split(tmp_path / "a.csv", content)
    assert isinstance(reject, Reject)
    assert reject.reason.startswith("no column holds the body: found id, indexed_date")


@pytest.mark.parametrize("name", ["articles", "items", "data", "results"])
def test_an_object_around_articles_that_is_cut_off_keeps_the_whole_ones(
    tmp_path: Path, name: str
) -> None:
    content = f'{{"status": "ok",\n"{name}": [{{"isi": "a"}}, {{"isi": "b"}}, {{"isi'
    found = split(tmp_path / "a.json", content)
    assert [one.number for one in found] == [1, 2, 3]
    column = len(content.split("\n")[1]) - 3
    assert found[2] == Reject(
        3, f"not valid JSON at line 2, column {column}: unterminated string starting at"
    )


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        ('{"articles": [{"isi": "a"}], "x": tru', "column 35: expecting value"),
        ('{"articles": [{"isi": "a"}]', "column 28: expecting ',' delimiter"),
        ('{"articles": [{"isi": "a"}], "x" 5}', "column 34: expecting ':' delimiter"),
        (
            '{\n"articles": [{"isi": "a"}]\n}\n{\n"articles": [{"isi": "b"}]\n}',
            "line 4, column 1: extra data",
        ),
    ],
)
def test_damage_behind_the_articles_is_told(tmp_path: Path, content: str, damage: str) -> None:
    assert split(tmp_path / "a.json", content) == [
        Record(1, b'{"isi": "a"}', "json"),
        Reject(None, f"not valid JSON at {damage}"),
    ]


def test_an_object_that_only_python_reads_is_whole(tmp_path: Path) -> None:
    content = '{"n": NaN, "articles": [{"isi": "a"}]}'
    assert split(tmp_path / "a.json", content) == [Record(1, b'{"isi": "a"}', "json")]


def test_an_article_that_is_cut_off_yields_none_of_its_parts(tmp_path: Path) -> None:
    content = '{\n"judul": "A", "data": [{"isi": "x"}], "isi": "Panen'
    (record,) = split(tmp_path / "a.json", content)
    assert isinstance(record, Record)
    with pytest.raises(SourceError, match="not valid JSON at line 2, column 46"):
        read_article(record, CONFIG)
