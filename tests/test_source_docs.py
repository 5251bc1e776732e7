"""docs/sources.md names what is read, docs/adding-a-source.md works as it stands."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from index.config import Config
from index.pipeline import index_paths
from index.sources import fields, wordpress
from index.sources.formats import FORMATS, Format
from tests.commands import run

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "docs" / "sources.md").read_text("utf-8")
ADDING = (ROOT / "docs" / "adding-a-source.md").read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_row_with_its_extensions(name: str) -> None:
    (extensions,) = re.findall(rf"^\| `{name}` \|(.+?)\|", SOURCES, re.MULTILINE)
    assert set(re.findall(r"`(\S+)`", extensions)) == set(FORMATS[name].extensions)


@pytest.mark.parametrize("field", fields._NAMES)
def test_every_field_has_a_row_with_its_names(field: str) -> None:
    (row,) = re.findall(rf"^\| {field} \| (`.+) \|$", SOURCES, re.MULTILINE)
    assert tuple(re.findall(r"`(\S+)`", row)) == fields.names(field, Config().sources.fields)


def test_every_element_that_is_read_in_a_wordpress_export_is_named() -> None:
    code = Path(wordpress.__file__).read_text("utf-8")
    read = set(re.findall(r'said\.get\("(\w+)"', code))
    assert {"post_id", "status", "author_login"} <= read
    named = {name.rpartition(":")[2] for name in re.findall(r"`([\w:]+)`", SOURCES)}
    assert read <= named


def test_the_example_of_a_new_source_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clippings,) = re.findall(r"```text\n(.+?)```", ADDING, re.DOTALL)
    module_source, line = re.findall(r"```python\n(.+?)```", ADDING, re.DOTALL)
    (tmp_path / "kliping.py").write_text(module_source)
    spec = importlib.util.spec_from_file_location("index.sources.kliping", tmp_path / "kliping.py")
    assert spec is not None
    assert spec.loader is not None
    kliping = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, kliping)
    spec.loader.exec_module(kliping)
    added = eval(f"{{{line}}}", {"Format": Format, "kliping": kliping})
    monkeypatch.setattr("index.sources.formats.FORMATS", added | FORMATS)
    (tmp_path / "meja.kliping").write_text(clippings)
    (tmp_path / "meja").write_text(clippings.replace("Panen", "Tanam"))
    paths = [str(tmp_path / name) for name in ("meja.kliping", "meja")]
    summary, rejects = index_paths(paths, tmp_path / "archive", Config(), jobs=1)
    assert (summary.new, rejects) == (4, [])
    shown = run("query", "judul:panen", "--format", "jsonl", "--archive", tmp_path / "archive")
    hit = json.loads(shown.stdout)
    assert (hit["title"], hit["date"], hit["source"]) == (
        "Panen Raya di Karawang",
        "2021-06-22",
        "Kabar Teluk",
    )
