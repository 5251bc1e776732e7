"""Texts that a regular expression could stumble over: indexed and asked in linear time.

The limit is CPU time of the whole program. What is quadratic takes 10 to the 11th steps for 300 KB,
some minutes at the least; all texts of a test together take some seconds.
"""

import json
import resource
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from index.config import Config
from index.enrich.names import name_parts
from index.errors import SourceError
from index.language.analyzer import analyze
from index.sources import fields, html
from search.query.parse import parse
from search.snippets import Highlighter
from tests.commands import run

_CHARS = 300_000
_CPU_S = 60

UNITS = {
    "letter": "a",
    "half_words": "me-me-",
    "digit": "1",
    "abbreviation": "Sdr. ",
    "capitals": "ABC ",
    "quotes": '"',
    "numbers": "1.1.1.1.",
    "marks": "a\u0301",
}
MORE_UNITS = {
    "tag": "<p",
    "tags": "<b>",
    "end_tag": "</p>",
    "entity": "&amp",
    "bracket": "[",
    "parenthesis": "((",
    "name": "Ahmad Yani, ",
    "date": "1/6/2021 ",
    "amount": "Rp5,5 miliar ",
    "boilerplate": "Baca juga: ",
    "credit": "Editor: ",
    "lines": "\n",
    "letters_apart": "_a",
    "ideograph": "\u4e2d",
    "family": "\U0001f468\u200d\U0001f469 ",
    "list": "- ",
    "quote": "> ",
    "emphasis": "*a ",
    "code": "`a",
    "shortcode": '[a b="',
}


def text_of(unit: str, chars: int = _CHARS) -> str:
    return f"Kopi {unit * (chars // len(unit))}"


def bounded(*arguments: str | Path) -> CompletedProcess[str]:
    """The program with so much CPU time that only a linear one ends."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))

    return run(*arguments, preexec_fn=limit)


def assert_indexed_and_found(inputs: Path, archive: Path) -> None:
    indexed = bounded("index", inputs, "--jobs", "1", "--archive", archive)
    assert indexed.returncode in (0, 4), indexed
    assert "internal error" not in indexed.stderr
    asked = ("query", "kopi OR sdr OR a OR me OR 1", "--all", "--format", "csv")
    found = bounded(*asked, "--archive", archive)
    assert found.returncode == 0, found


def test_a_text_of_one_thing_is_indexed_and_shown_in_linear_time(tmp_path: Path) -> None:
    for name, unit in UNITS.items():
        (tmp_path / f"{name}.txt").write_text(text_of(unit))
    assert_indexed_and_found(tmp_path, tmp_path / "archive")


@pytest.mark.full
@pytest.mark.parametrize("unit", [*UNITS.values(), *MORE_UNITS.values()])
def test_so_it_is_in_every_format_and_field(unit: str, tmp_path: Path) -> None:
    text = text_of(unit)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    everywhere = dict.fromkeys(
        ("title", "date", "modified", "source", "id", "category", "author", "tags"), text
    )
    contents = {
        "a.txt": text,
        "a.md": text,
        "meta.md": f"---\ntitle: {text}\n---\n{text}",
        "a.json": json.dumps({"text": text}),
        "fields.json": json.dumps({**everywhere, "url": f"https://a.example/{text}", "text": "a"}),
        "a.csv": f'text\n"{text}"\n',
        "a.html": f"<html><body><article><p>{text}</p></article></body></html>",
        "attribute.html": f"<html><body class='{text}'><p>Kopi pahit.</p></body></html>",
    }
    for name, content in contents.items():
        (inputs / name).write_text(content)
    assert_indexed_and_found(inputs, tmp_path / "archive")


def test_a_long_question_is_read_in_linear_time() -> None:
    for unit in (*UNITS.values(), *MORE_UNITS.values(), "negara:a,", "judul:(", '"a b"~5 ', "a* "):
        parse(text_of(unit))


def test_a_long_name_has_its_parts_in_linear_time() -> None:
    assert len(name_parts("Yani " * (_CHARS // 5))) == _CHARS // 5


def test_a_passage_is_chosen_in_linear_time_where_every_word_matches() -> None:
    text = text_of("a ")
    snippet = Highlighter({}, {"a": 1.0}).snippet(text, 240)
    assert snippet.highlights
    assert len(snippet.text) < 300


def test_a_tag_with_a_million_attributes_is_refused_in_linear_time() -> None:
    tag = f"<p {' '.join(f'a{n}=1' for n in range(1_000_000))}>Kopi pahit.</p>"
    with pytest.raises(SourceError, match=r"<p> with 1,000,000 attributes"):
        html.read(f"<html><body>{tag}</body></html>".encode(), Config())
    for attribute in ("a{}", "a{}='>'", "a{}/"):
        tag = f"<p {' '.join(attribute.format(n) for n in range(6000))}>Kopi pahit.</p>"
        with pytest.raises(SourceError, match=r"<p> with 6,000 attributes"):
            fields.html_text(tag)


def test_a_page_of_a_hundred_megabytes_of_tags_is_rejected_for_its_size(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"<html>" + b"<div>" * 20_000_000)
    finished = bounded("index", tmp_path, "--jobs", "1", "--archive", tmp_path / "archive")
    assert finished.returncode == 4
    assert "page.html: 100.0 MB is over the limit of 32 MB" in finished.stderr


def test_a_page_of_a_million_elements_is_rejected_before_it_is_read() -> None:
    for tag in ("<p><b>", "<br>", "<div></div>"):
        page = f"<html><body><article>{tag * 500_000}Kopi pahit.</article></body></html>"
        with pytest.raises(SourceError, match=r"a page of [\d,]+ elements is no article"):
            html.read(page.encode(), Config())


@pytest.mark.parametrize(
    "text", ["<" * 30_000_000, "&" * 4_000_000, "\n" * 4_000_000], ids=["<", "&", "newline"]
)
def test_a_page_with_more_text_than_a_book_is_rejected_before_it_is_copied(text: str) -> None:
    page = f"<html><body><article><p>{text}</article></body></html>"
    with pytest.raises(SourceError, match=r"a page with [\d,]+ characters of text is no article"):
        html.read(page.encode(), Config())


def test_a_script_is_no_text_of_a_page() -> None:
    script = f"<script>{'kopi();' * 600_000}</script>"
    page = f"<html><body>{script}<article><p>Kopi pahit diseduh pagi ini.</article></body></html>"
    assert html.read(page.encode(), Config()).body == "Kopi pahit diseduh pagi ini."


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<ul><li>a", "<table><tr><td>", "<p>Kopi.", "<a>"])
def test_tags_nested_without_end_are_an_article_or_none(tag: str) -> None:
    page = f"<html><body>{tag * 10_000}"
    try:
        assert html.read(page.encode(), Config()).body
    except SourceError as error:
        assert "no article text" in str(error)  # noqa: PT017  either will do
    fields.html_text(page)


@pytest.mark.parametrize(
    "content",
    [
        '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"text": ' * 100_000 + '""' + "}" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        "[" * 100_000,
        '[{"text": "Teh."}, {"text": ' + "[" * 100_000 + "]" * 100_000 + "}]",
        '{"articles": [' + '{"articles": [' * 50_000,
    ],
)
@pytest.mark.parametrize("name", ["deep.json", "deep.jsonl"])
def test_json_nested_a_hundred_thousand_deep_is_rejected(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    finished = bounded("index", tmp_path, "--jobs", "1", "--archive", tmp_path / "archive")
    assert finished.returncode == 4
    assert f"rejected: {tmp_path}/{name}" in finished.stderr
    assert "internal error" not in finished.stderr


def test_a_long_run_of_letters_is_one_token() -> None:
    assert [(token.start, token.end) for token in analyze("a" * _CHARS)] == [(0, _CHARS)]
