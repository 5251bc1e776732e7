"""What a newsroom took down is shown nowhere, comes back in no guise, and leaves no word."""

import datetime
import io
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

import index.archive
import search
from index.archive import FILE_NAME, open_archive
from index.config import Config
from index.errors import ArchiveError, QueryError
from index.pipeline import Summary, delete, index_paths, reindex, undo_takedowns, withdraw
from index.segments.commit import INDEX_FOLDER
from index.takedown import TAKEDOWN_TABLES
from search.embedded.engine import EmbeddedEngine
from tests.commands import run as command

CONFIG = Config()
Raw = dict[str, Any]

DAM: Raw = {
    "id": "17",
    "source": "Warta Lembah",
    "url": "https://lembah.example/bendungan",
    "title": "Bendungan Tirtajaya diresmikan",
    "text": "Bupati Rukmana Wiradikarta meresmikan Bendungan Tirtajaya di Venezuela kemarin pagi.",
    "date": "2021-06-22",
    "author": "Sasmita",
}
RICE: Raw = {
    "id": "18",
    "source": "Kabar Hulu",
    "title": "Beras melimpah",
    "text": "Panen beras melimpah berkat bendungan baru, kata Bupati Sulistyo Adiwangsa.",
    "date": "2021-07-01",
}


def write(path: Path, *articles: Raw) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in articles))
    return path


def run(folder: Path, *paths: Path, source: str | None = None) -> Summary:
    summary, _ = index_paths([str(one) for one in paths], folder, CONFIG, jobs=1, source=source)
    return summary


def number_of(folder: Path, name: str) -> int:
    with open_archive(folder) as archive:
        (number,) = archive.find(name)
    return number


def take_down(folder: Path, name: str, how: str = "withdraw", until: str | None = None) -> None:
    if how == "delete":
        delete(folder, [number_of(folder, name)], CONFIG, reason="putusan")
    else:
        withdraw(folder, [number_of(folder, name)], CONFIG, reason="hak jawab", until=until)


def undo(folder: Path, name: str) -> None:
    with open_archive(folder) as archive:
        numbers = archive.find(name)
        found = [archive.takedowns.of(number) for number in numbers]
        (takedown,) = [one for one in found if one] or archive.takedowns.deleted(name)
    undo_takedowns(folder, [takedown], CONFIG, reason="keliru")


def ids(folder: Path, question: str = "") -> list[str]:
    with search.open(folder, CONFIG) as engine:
        return found(engine, question)


def found(engine: search.Engine, question: str = "") -> list[str]:
    return sorted(hit.id for hit in engine.search(search.Request(question, limit=None)).hits)


def in_s(seconds: float) -> str:
    """A moment in UTC so many seconds from now, rounded up."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds + 1)
    return moment.isoformat(timespec="seconds")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(tmp_path / "archive", write(tmp_path / "ekspor.jsonl", DAM, RICE))
    return tmp_path / "archive"


# Gone at once


def everything(engine: EmbeddedEngine) -> str:
    """All that an engine says of its articles to whoever asks for everything."""
    facets = [search.Facet(name, limit=None) for name in ("country", "person", "source", "author")]
    facets.append(search.Facet("date", limit=None, interval="day"))
    request = search.Request("", limit=None, facets=facets)
    told = [engine.search(request).to_json().decode()]
    told += [msgspec.json.encode(hit).decode() for hit in engine.scan(request)]
    told += [value for field in ("source", "author", "country") for value in engine.values(field)]
    told += engine.people_like("Wiradikarta")
    told.append(str(engine.person("Rukmana Wiradikarta")))
    return "\n".join(told)


WORDS = ("Tirtajaya", "Wiradikarta", "Lembah", "Sasmita", '"VE"', "2021-06-22")


@pytest.mark.parametrize("how", ["withdraw", "delete"])
@pytest.mark.parametrize("index_follows", [True, False])
def test_open_engine_shows_nothing_of_what_is_taken_down(
    folder: Path, how: str, index_follows: bool
) -> None:
    with EmbeddedEngine(folder, CONFIG) as engine:
        before = everything(engine)
        assert [word for word in WORDS if word not in before] == []
        scanned = iter(engine.scan(search.Request("bendungan", sort="oldest")))
        if index_follows:
            take_down(folder, "17", how)
        else:
            with open_archive(folder, write=True) as archive:
                number = archive.find("17")[0]
                if how == "delete":
                    archive.delete(number)
                else:
                    archive.withdraw(number, "hak jawab")
                    archive.commit()
        after = everything(engine)
        assert [word for word in WORDS if word in after] == []
        assert [hit.id for hit in scanned] == ["18"]
        response = engine.search(search.Request("bendungan", facets=[search.Facet("source")]))
        assert response.total == response.archive.articles == 1
        assert response.facets["source"].distinct == 1
        with pytest.raises(QueryError, match="no person in the archive"):
            engine.search(search.Request("", filters={"person": ["Rukmana Wiradikarta"]}))
    with EmbeddedEngine(folder, CONFIG) as engine:
        assert [word for word in WORDS if word in everything(engine)] == []


def test_other_process_that_has_the_engine_open_hides_it_at_its_next_question(
    folder: Path,
) -> None:
    code = (
        "import sys, search\n"
        "with search.open(sys.argv[1]) as engine:\n"
        "    for _ in sys.stdin:\n"
        "        hits = engine.search(search.Request('bendungan')).hits\n"
        "        print(*sorted(hit.id for hit in hits), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    ) as other:
        assert other.stdin
        assert other.stdout

        def answer() -> str:
            other.stdin.write("\n")  # type: ignore[union-attr]
            other.stdin.flush()  # type: ignore[union-attr]
            return other.stdout.readline()  # type: ignore[union-attr]

        assert answer() == "17 18\n"
        take_down(folder, "17")
        assert answer() == "18\n"
        undo(folder, "17")
        assert answer() == "17 18\n"


def test_next_run_completes_a_withdrawal_that_was_cut_off(tmp_path: Path, folder: Path) -> None:
    with open_archive(folder, write=True) as archive:
        archive.withdraw(archive.find("17")[0], "hak jawab")
        archive.commit()
    run(folder, tmp_path / "ekspor.jsonl")
    with EmbeddedEngine(folder, CONFIG) as engine:
        assert engine.commit.articles == 1


def test_reindex_leaves_out_what_is_withdrawn_and_reads_it_anew(folder: Path) -> None:
    take_down(folder, "17")
    reindex(folder, CONFIG, jobs=1)
    assert ids(folder) == ["18"]
    undo(folder, "17")
    assert ids(folder) == ["17", "18"]


def test_withdrawing_and_undoing_changes_no_answer(folder: Path) -> None:
    def answer() -> dict[str, Any]:
        with search.open(folder, CONFIG) as engine:
            request = search.Request("bendungan Rukmana", facets=[search.Facet("person")])
            response = msgspec.to_builtins(engine.search(request))
        return {name: response[name] for name in ("total", "hits", "facets", "query")}

    before = answer()
    take_down(folder, "17")
    assert answer() != before
    undo(folder, "17")
    assert answer() == before


# It stays away


def only(*names: str, **changed: str) -> Raw:
    """The article with some of its fields, and some changed."""
    return {name: DAM[name] for name in names} | changed


OTHER_WORDS = "Sama sekali lain bunyinya sekarang."
LONG = (
    "Bupati Rukmana Wiradikarta meresmikan Bendungan Tirtajaya kemarin pagi. Airnya akan mengairi"
    " sawah di sembilan desa, kata bupati, dan warga sudah menunggunya sejak sepuluh tahun."
)
GUISES: dict[str, Callable[[], Raw]] = {
    "a copy of the export": lambda: DAM,
    "its address, other words": lambda: only("url", title="Lain", text=OTHER_WORDS),
    "its source and id, other words": lambda: only("source", "id", text=OTHER_WORDS),
    "its words alone": lambda: only("title", "text"),
    "its words in capitals, on one line": lambda: {
        "text": f"{DAM['title']}  {DAM['text']}".upper()
    },
    "its words at another outlet": lambda: only(
        "title", "text", source="Koran Lain", url="https://lain.example/9"
    ),
}


@pytest.mark.parametrize("how", ["withdraw", "delete"])
@pytest.mark.parametrize("guise", GUISES)
def test_it_comes_back_in_no_guise(tmp_path: Path, folder: Path, how: str, guise: str) -> None:
    take_down(folder, "17", how)
    summary = run(folder, write(tmp_path / "lagi.jsonl", GUISES[guise]()))
    assert summary.new == 0
    assert summary.withheld + summary.unchanged + summary.changed == 1
    assert ids(folder) == ["18"]
    reindex(folder, CONFIG, jobs=1)
    assert ids(folder) == ["18"]


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_next_import_of_the_same_file_does_not_bring_it_back(
    tmp_path: Path, folder: Path, how: str
) -> None:
    take_down(folder, "17", how)
    path = tmp_path / "ekspor.jsonl"
    for source in (None, "Sumber Baru"):  # another source: everything is read anew
        os.utime(path, (1, 1))
        run(folder, path, source=source)
        assert ids(folder) == ["18"]


PLACED = [{"title": f"Kabar {n}", "text": f"Kabar dari desa {n} tentang kopi."} for n in "abc"]


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_row_without_address_or_id_is_known_by_its_place_and_first_words(
    tmp_path: Path, how: str
) -> None:
    folder, path = tmp_path / "archive", tmp_path / "a.jsonl"
    run(folder, write(path, *PLACED))
    with search.open(folder, CONFIG) as engine:
        (name,) = found(engine, '"kabar b"')
    take_down(folder, name, how)
    corrected = PLACED[1] | {"text": "Sekarang isinya berbeda."}
    run(folder, write(path, PLACED[0], corrected, PLACED[2]))
    assert len(ids(folder)) == 2
    # Below a new first row they all stand at other places, and another one stands at its place.
    new_first = {"title": "Paling baru", "text": "Kopi baru dari lereng."}
    run(folder, write(path, new_first, *PLACED))
    with search.open(folder, CONFIG) as engine:
        response = engine.search(search.Request("", limit=None))
    assert {hit.title for hit in response.hits} == {"Kabar a", "Kabar c", "Paling baru"}
    with open_archive(folder) as archive:
        standing = archive.takedowns.listed()
    undo_takedowns(folder, standing, CONFIG, reason="keliru")
    run(folder, path)
    with search.open(folder, CONFIG) as engine:
        response = engine.search(search.Request("", limit=None))
    assert {hit.title for hit in response.hits} >= {one["title"] for one in PLACED}


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_file_of_one_article_is_known_by_its_place(tmp_path: Path, how: str) -> None:
    folder, path = tmp_path / "archive", tmp_path / "bendungan.txt"
    path.write_text(f"{DAM['title']}\n\n{DAM['text']}")
    run(folder, path)
    take_down(folder, ids(folder)[0], how)
    path.write_text(f"Judul lain\n\n{OTHER_WORDS}")
    run(folder, path)
    assert ids(folder) == []


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_every_address_at_which_it_stood_is_known(tmp_path: Path, folder: Path, how: str) -> None:
    moved = "https://lembah.example/pindah/17"
    run(folder, write(tmp_path / "b.jsonl", DAM | {"aliases": [moved]}))
    with open_archive(folder) as archive:
        assert archive.version_count() == 2  # nothing but the address came with the second
    take_down(folder, "17", how)
    path = write(tmp_path / "c.jsonl", {"url": moved, "text": OTHER_WORDS})
    assert run(folder, path).withheld == 1
    assert ids(folder) == ["18"]
    undo(folder, moved)
    assert len(ids(folder)) == (1 if how == "delete" else 2)


BODIES: dict[str, Raw] = {
    "another headline": {"title": "Sembilan desa dapat air", "text": LONG},
    "no headline": {"text": LONG},
    "another way to set it": {"title": "Air", "text": LONG.upper().replace(" ", "\n")},
}


@pytest.mark.parametrize("how", ["withdraw", "delete"])
@pytest.mark.parametrize("guise", BODIES)
def test_its_body_is_known_under_any_headline_address_and_outlet(
    tmp_path: Path, how: str, guise: str
) -> None:
    folder = tmp_path / "archive"
    run(folder, write(tmp_path / "a.jsonl", DAM | {"text": LONG}, RICE))
    take_down(folder, "17", how)
    elsewhere = {"id": "9", "source": "Koran Lain", "url": "https://lain.example/9"}
    path = write(tmp_path / "b.jsonl", BODIES[guise] | elsewhere)
    assert run(folder, path).withheld == 1
    assert ids(folder) == ["18"]
    undo(folder, "17")
    assert run(folder, path).new == 1


def test_headline_at_the_head_of_the_body_does_not_hide_it(tmp_path: Path, folder: Path) -> None:
    run(folder, write(tmp_path / "a.jsonl", DAM | {"text": LONG}))
    take_down(folder, "17")
    copy = {"title": "Air", "text": f"{DAM['title']}\n\n{LONG}", "url": "https://lain.example/9"}
    assert run(folder, write(tmp_path / "b.jsonl", copy)).withheld == 1


@pytest.mark.parametrize("caption", ["...", "Simak videonya di bawah ini.", "kata " * 19])
def test_short_body_is_not_what_an_article_is_known_by(tmp_path: Path, caption: str) -> None:
    folder = tmp_path / "archive"
    videos = [
        {"id": str(n), "source": "s", "title": f"Video banjir {n}", "text": caption}
        for n in range(3)
    ]
    run(folder, write(tmp_path / "a.jsonl", videos[0]))
    take_down(folder, "0", "delete")
    summary = run(folder, write(tmp_path / "b.jsonl", *videos))
    assert (summary.withheld, summary.new) == (1, 2)


def test_near_copy_under_another_headline_is_another_article(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    run(folder, write(tmp_path / "a.jsonl", DAM | {"text": LONG}))
    take_down(folder, "17")
    near = {"id": "9", "title": "Air", "text": LONG + " Warga senang."}
    assert run(folder, write(tmp_path / "b.jsonl", near)).new == 1


def test_earlier_words_of_a_changed_article_are_known_too(tmp_path: Path, folder: Path) -> None:
    run(folder, write(tmp_path / "b.jsonl", DAM | {"text": OTHER_WORDS}))
    take_down(folder, "17", "delete")
    summary = run(folder, write(tmp_path / "c.jsonl", only("title", "text")))
    assert summary.withheld == 1
    assert ids(folder) == ["18"]


def test_other_article_at_the_same_outlet_comes_in(tmp_path: Path, folder: Path) -> None:
    take_down(folder, "17", "delete")
    other = DAM | {"id": "19", "url": "https://lembah.example/lain", "text": OTHER_WORDS}
    assert run(folder, write(tmp_path / "b.jsonl", other)).new == 1
    assert ids(folder) == ["18", "19"]


def test_articles_without_a_word_are_told_apart_by_their_signs(
    tmp_path: Path, folder: Path
) -> None:
    run(folder, write(tmp_path / "a.jsonl", {"id": "!", "source": "s", "text": "!!!"}))
    take_down(folder, "!")
    signs = [{"id": str(n), "source": "s", "text": text} for n, text in enumerate(("!!!", "???"))]
    summary = run(folder, write(tmp_path / "b.jsonl", *signs))
    assert (summary.withheld, summary.new) == (1, 1)


@pytest.mark.parametrize("new", [{"category": "dunia"}, {"title": "Judul ketiga"}])
def test_copy_that_is_in_the_archive_already_stays(tmp_path: Path, new: Raw) -> None:
    folder = tmp_path / "archive"
    copy = {"id": "c", "source": "Koran Lain", "title": "Judul lain", "text": LONG}
    path = write(tmp_path / "b.jsonl", DAM | {"text": LONG}, copy, RICE)
    run(folder, path)
    take_down(folder, "17")
    write(path, copy | new)
    assert run(folder, path).changed == 1
    assert ids(folder) == ["18", "c"]


def test_article_that_goes_with_its_file_while_withdrawn_is_as_deleted(
    tmp_path: Path, folder: Path
) -> None:
    take_down(folder, "17")
    with open_archive(folder, write=True) as archive:
        archive.delete(*archive.find("17"))
    with open_archive(folder) as archive:
        (standing,) = archive.takedowns.listed()
        assert standing.deleted
    assert run(folder, write(tmp_path / "b.jsonl", DAM)).withheld == 1


# Undoing


def test_new_version_of_a_withdrawn_article_is_kept_for_when_it_is_shown_again(
    tmp_path: Path, folder: Path
) -> None:
    take_down(folder, "17")
    corrected = DAM | {"text": "Bendungan Tirtajaya diresmikan, ralat."}
    path = write(tmp_path / "b.jsonl", corrected)
    assert run(folder, path).withheld == 1
    assert ids(folder) == ["18"]
    undo(folder, "17")
    assert ids(folder, "ralat") == ["17"]


@pytest.mark.parametrize("name", ["17", "Warta Lembah:17", DAM["url"]])
def test_undone_deletion_lets_the_unchanged_file_bring_it_back(
    tmp_path: Path, folder: Path, name: str
) -> None:
    path = tmp_path / "ekspor.jsonl"
    copy = write(tmp_path / "salinan.jsonl", DAM, RICE)
    take_down(folder, "17", "delete")
    run(folder, path, copy)
    undo(folder, name)
    assert ids(folder) == ["18"]
    assert run(folder, copy).new == 1
    assert ids(folder) == ["17", "18"]


def test_copy_that_was_withheld_comes_in_after_undoing(tmp_path: Path, folder: Path) -> None:
    take_down(folder, "17")
    path = write(tmp_path / "b.jsonl", GUISES["its words at another outlet"]() | {"id": "c"})
    for _ in range(2):
        summary = run(folder, path)
        assert (summary.withheld, summary.unchanged) == (1, 0)
    undo(folder, "17")
    assert run(folder, path).new == 1
    assert ids(folder) == ["17", "18", "c"]


@pytest.mark.parametrize("how", ["withdraw", "delete"])
@pytest.mark.parametrize("how_read", ["file as it was", "file of another time", "standard input"])
def test_input_of_what_is_taken_down_is_counted_as_withheld_in_every_run(
    tmp_path: Path, folder: Path, how: str, how_read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ekspor.jsonl"
    take_down(folder, "17", how)
    with open_archive(folder) as archive:
        (standing,) = archive.takedowns.listed()
        known_as = archive.known_as(standing)
    assert (known_as == "17") == (how == "withdraw")
    for time_s in (1, 2):
        place = f"{path}:1"
        if how_read == "standard input":
            place = "-:1"
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
        elif how_read == "file of another time":
            os.utime(path, (time_s, time_s))
        summary = run(folder, Path("-") if how_read == "standard input" else path)
        assert (summary.read, summary.withheld, summary.unchanged) == (2, 1, 1)
        assert summary.withheld_place == f"{place} ({known_as})"


def test_undoing_means_the_deleted_article_though_another_one_has_its_id(
    tmp_path: Path, folder: Path
) -> None:
    take_down(folder, "17", "delete")
    other = {"id": "17", "source": "Kabar Hulu", "url": "https://hulu.example/17"}
    path = write(tmp_path / "b.jsonl", other | {"text": OTHER_WORDS})
    assert run(folder, path).new == 1
    told = command("withdraw", "--undo", "17", "--archive", folder)
    assert told.stdout.startswith("1 may come again"), told.stderr
    assert run(folder, tmp_path / "ekspor.jsonl").new == 1
    assert ids(folder) == ["18", "Kabar Hulu:17", "Warta Lembah:17"]
    told = command("withdraw", "--undo", "Warta Lembah:17", "--archive", folder)
    assert (told.returncode, "is not withdrawn" in told.stderr) == (1, True)


def test_undoing_asks_which_of_several_is_meant(tmp_path: Path, folder: Path) -> None:
    take_down(folder, "17", "delete")
    run(folder, write(tmp_path / "b.jsonl", RICE | {"id": "17"}))
    take_down(folder, "17")
    told = command("withdraw", "--undo", "17", "--archive", folder)
    assert told.returncode == 1
    assert "'17' names several articles that are taken down: 17, " in told.stderr
    assert command("withdraw", "--undo", "Kabar Hulu:17", "--archive", folder).returncode == 0
    assert ids(folder) == ["17", "18"]


def test_two_deleted_articles_with_one_id_are_both_known(tmp_path: Path, folder: Path) -> None:
    run(folder, write(tmp_path / "b.jsonl", RICE | {"id": "17"}))
    take_down(folder, "Warta Lembah:17", "delete")
    take_down(folder, "17", "delete")
    with open_archive(folder) as archive:
        assert len(archive.takedowns.deleted("17")) == 2
        assert len(archive.takedowns.deleted("Kabar Hulu:17")) == 1


# Embargo


def test_embargoed_article_shows_itself_when_its_time_has_come(
    tmp_path: Path, folder: Path
) -> None:
    later = DAM | {"id": "e", "url": "https://lembah.example/e", "embargo_until": in_s(2)}
    run(folder, write(tmp_path / "b.jsonl", later | {"text": "Bupati Ranggalawe tiba."}))
    take_down(folder, "17", until=in_s(2))
    with EmbeddedEngine(folder, CONFIG) as engine:
        assert found(engine) == ["18"]
        assert engine.person("Ranggalawe") is None
        with open_archive(folder) as archive:
            standing = {one.number for one in archive.takedowns.listed()}
            assert standing == {*archive.find("e"), *archive.find("17")}
        deadline = time.monotonic() + 30
        while found(engine) != ["17", "18", "e"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        with open_archive(folder) as archive:
            assert archive.takedowns.listed() == []


def test_ended_embargo_is_news_to_a_saved_question(tmp_path: Path, folder: Path) -> None:
    def new_since(seq: int) -> list[str]:
        with search.open(folder, CONFIG) as engine:
            response = engine.search(search.Request("", after_seq=seq))
        return [hit.id for hit in response.hits]

    later = RICE | {"id": "e", "embargo_until": in_s(1)}
    run(folder, write(tmp_path / "b.jsonl", later, RICE | {"id": "n"}))
    with search.open(folder, CONFIG) as engine:
        seen = engine.search(search.Request("")).archive.seq
    while "e" not in ids(folder):
        time.sleep(0.1)
    run(folder, tmp_path / "b.jsonl")
    assert new_since(seen) == ["e"]
    with search.open(folder, CONFIG) as engine:
        seen = engine.search(search.Request("")).archive.seq
    assert new_since(seen) == []


def test_copies_are_withheld_as_long_as_the_embargo_lasts(tmp_path: Path, folder: Path) -> None:
    take_down(folder, "17", until=in_s(1))
    path = write(tmp_path / "b.jsonl", GUISES["its words at another outlet"]() | {"id": "c"})
    assert run(folder, path).withheld == 1
    while ids(folder) == ["18"]:
        time.sleep(0.1)
    assert run(folder, path).new == 1
    assert ids(folder) == ["17", "18", "c"]


def test_embargo_of_the_newest_version_holds(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "b.jsonl"
    run(folder, write(path, DAM | {"embargo_until": "2099-01-01"}))
    assert ids(folder) == ["18"]
    run(folder, write(path, DAM | {"embargo_until": "2001-01-01"}))
    assert ids(folder) == ["17", "18"]


def test_undoing_ends_an_embargo_of_the_source(tmp_path: Path, folder: Path) -> None:
    run(folder, write(tmp_path / "b.jsonl", DAM | {"embargo_until": "2099-01-01"}))
    undo(folder, "17")
    assert ids(folder) == ["17", "18"]


def test_embargo_that_cannot_be_read_keeps_the_article_out(tmp_path: Path, folder: Path) -> None:
    path = write(tmp_path / "b.jsonl", {"text": "Rahasia.", "embargo_until": "lusa"})
    _, (reject,) = index_paths([str(path)], folder, CONFIG, jobs=1)
    assert re.search("the end of its embargo, 'lusa', cannot be read; write it as 2021", reject)


def test_name_that_only_an_embargoed_article_spells_out_shows_nowhere(
    tmp_path: Path,
) -> None:
    """Shortened names are joined to full ones, and shown by them; not to one that is a secret."""
    folder = tmp_path / "archive"
    short: Iterable[Raw] = (
        {"id": f"s{n}", "text": f"Acara {n} dihadiri Bupati Bacharuddin Habibie kemarin."}
        for n in range(3)
    )
    full = {"id": "f", "text": "Bupati Bacharuddin Jusuf Habibie akan menjadi menteri."}
    path = write(tmp_path / "a.jsonl", *short, full | {"embargo_until": in_s(3)})
    run(folder, path)
    with EmbeddedEngine(folder, CONFIG) as engine:
        assert "Jusuf" not in everything(engine)
        while len(found(engine)) < 4:
            time.sleep(0.1)
        assert "Jusuf" in everything(engine)


# The log


def test_what_another_has_erased_meanwhile_is_taken_down_once(folder: Path) -> None:
    with open_archive(folder) as archive:
        number = archive.find("17")[0]
    delete(folder, [number], CONFIG)
    delete(folder, [number], CONFIG)
    withdraw(folder, [number], CONFIG, reason="hak jawab")
    with open_archive(folder) as archive:
        assert [entry.action for entry in archive.takedowns.log()] == ["delete"]


def test_log_tells_who_did_what_when_and_why(folder: Path) -> None:
    take_down(folder, "17")
    undo(folder, "17")
    take_down(folder, "17", "delete")
    with open_archive(folder) as archive:
        log = archive.takedowns.log()
    assert [(entry.action, entry.reason) for entry in log] == [
        *(("withdraw", "hak jawab"), ("undo", "keliru"), ("delete", "putusan"))
    ]
    assert len({entry.short_id for entry in log}) == 1
    assert all(entry.who for entry in log)
    assert sorted(entry.at for entry in log) == [entry.at for entry in log]


@pytest.mark.parametrize(
    "change", ["DELETE FROM takedown_log", "UPDATE takedown_log SET reason = ''"]
)
def test_log_only_grows(folder: Path, change: str) -> None:
    take_down(folder, "17")
    with (
        closing(sqlite3.connect(folder / FILE_NAME)) as db,
        pytest.raises(sqlite3.IntegrityError, match="only grows"),
    ):
        db.execute(change)


# Erasure

MARKS = ("xqjudul", "xqisi", "xqorang")
MARKED: Raw = {
    "id": "m-xqjudul",
    "source": "Warta Lembah",
    "url": "https://lembah.example/xqjudul",
    "title": "Xqjudul diresmikan",
    "text": "Jembatan xqisi dibuka oleh Bupati Zubaidah Xqorang kemarin pagi.",
}
_ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"


def stored(folder: Path) -> str:
    """Everything that the files below a folder say: as they are, every value of every table, and
    whatever in there, in a free page or a log, begins as packed text does, as far as it goes.
    """
    said = []
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            said += [raw, str(path.relative_to(folder)).encode()]
            for magic in re.finditer(re.escape(_ZSTANDARD_MAGIC), raw):
                said.append(unpacked(raw[magic.start() :]))
    with closing(sqlite3.connect(f"file:{folder / FILE_NAME}?mode=ro", uri=True)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master")]
        for table in tables:
            with closing(db.cursor()) as cursor:
                try:
                    rows = cursor.execute(f'SELECT * FROM "{table}"').fetchall()
                except sqlite3.OperationalError:  # an index, which holds what its table does
                    continue
            for value in (value for row in rows for value in row):
                said.append(unpacked(value) if isinstance(value, bytes) else str(value).encode())
    return b"\n".join(said).decode(errors="replace").lower()


def unpacked(raw: bytes) -> bytes:
    """What packed bytes say, as far as they are whole; what is not packed as it is."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    text = b""
    try:
        for at in range(0, len(raw), 64):
            text += unpacker.decompress(raw[at : at + 64])
    except zstandard.ZstdError:
        pass
    return text or raw


def marks_in(folder: Path) -> list[str]:
    text = stored(folder)
    return [mark for mark in MARKS if mark in text]


@pytest.mark.parametrize("withdrawn_before", [False, True])
def test_no_word_of_a_deleted_article_is_left_anywhere(
    tmp_path: Path, withdrawn_before: bool
) -> None:
    folder = tmp_path / "archive"
    many = [RICE | {"id": str(n), "text": f"{RICE['text']} Nomor {n}."} for n in range(200)]
    path = write(tmp_path / "a.jsonl", *many, MARKED, {"isi": ""})
    run(folder, path)
    long = MARKED["text"] + " ".join(f"xqisi{n}" for n in range(3000))
    run(folder, write(tmp_path / "b.jsonl", MARKED | {"text": long}))
    run(folder, write(tmp_path / "c.jsonl", MARKED | {"category": "xqisi"}, many[0]))
    if withdrawn_before:
        take_down(folder, "m-xqjudul")
    with search.open(folder, CONFIG) as engine:
        engine.search(search.Request("xqisi"))
        assert marks_in(folder) == [*MARKS]
        take_down(folder, "m-xqjudul", "delete")
        assert marks_in(folder) == []
    copy = write(tmp_path / "salinan.jsonl", *many, MARKED)
    assert run(folder, copy).withheld == 1
    assert marks_in(folder) == []
    undo(folder, MARKED["url"])
    run(folder, copy)
    assert marks_in(folder) == [*MARKS]


# Archives of the format before


@pytest.fixture
def older(folder: Path) -> Path:
    """The archive as format 2 had it."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        new = re.findall(r"CREATE (TABLE|VIEW) (\w+)", index.archive._TABLES_OF_3)
        assert len(new) > len(re.findall("CREATE TABLE", TAKEDOWN_TABLES))
        for kind, name in reversed(new):
            db.execute(f"DROP {kind} {name}")
        db.execute("CREATE INDEX article_url ON article (url) WHERE url IS NOT NULL")
        db.execute("PRAGMA user_version = 2")
    return folder


def test_archive_of_format_2_is_upgraded_by_the_next_writer(tmp_path: Path, older: Path) -> None:
    with pytest.raises(ArchiveError, match=r"has format 2, .* reads 3; `cakap-search reindex`"):
        search.open(older, CONFIG)
    run(older, tmp_path / "ekspor.jsonl")
    assert ids(older) == ["17", "18"]
    take_down(older, "17")
    assert ids(older) == ["18"]


def test_reindex_upgrades_an_archive(older: Path) -> None:
    reindex(older, CONFIG, jobs=1)
    assert ids(older) == ["17", "18"]


def test_whoosh_does_not_find_what_is_withdrawn(folder: Path) -> None:
    from whoosh.index import open_dir
    from whoosh.query import Term

    def found_by_whoosh() -> int:
        with closing(open_dir(folder / INDEX_FOLDER)) as opened, opened.searcher() as searcher:
            return len(searcher.search(Term("stem", "bendung")))

    assert found_by_whoosh() == 2
    take_down(folder, "17")
    assert found_by_whoosh() == 1
