"""`check` says that a sound archive is sound, and of every other what is wrong with it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

import search
from index.archive import FILE_NAME, open_archive
from index.check import Problem, check
from index.config import Config
from index.errors import ArchiveError
from index.pipeline import delete, index_paths, rebuild, undo_takedowns, withdraw
from index.segments.commit import INDEX_FOLDER, commit_from_bytes, last_commit
from tests.archives import ids, make_archive
from tests.commands import run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Twenty-one articles in three segments; of one two versions, another deleted."""
    folder = make_archive(
        tmp_path,
        [{"id": f"a{n}", "source": "pos", "body": f"Banjir surut di desa {n}."} for n in range(15)],
        [{"id": f"b{n}", "source": "pos", "body": f"Panen padi di desa {n}."} for n in range(5)],
        [{"id": "b1", "source": "pos", "body": "Panen jagung di desa 1."}],
    )
    delete(folder, [2], Config())
    return folder


def problems(folder: Path) -> list[Problem]:
    return check(folder, Config()).problems


def change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_a_sound_archive_has_no_problems_and_is_counted(archive: Path) -> None:
    commit = last_commit(archive / INDEX_FOLDER)
    assert commit is not None
    report = check(archive, Config())
    assert (report.articles, report.versions, report.problems) == (19, 20, [])
    assert report.segments == len(commit.segments) > 1


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "UPDATE version SET content = x'28b52ffd00' WHERE seq = 20",
            "b4: version 20 has a content that cannot be unpacked",
        ),
        (
            "UPDATE version SET content = (SELECT content FROM version WHERE seq = 1)"
            " WHERE seq = 20",
            "b4: version 20 has another content than its hash says",
        ),
        ("UPDATE version SET modified = '2021' WHERE seq = 20", "is said to be modified 2021"),
        (
            "UPDATE article SET source = 'pas' WHERE given_id = 'b4'",
            "has another URL, id or source than its article",
        ),
        ("UPDATE article SET identity = 'id pos x' WHERE given_id = 'b4'", "an identity that is"),
        (
            "UPDATE version SET modified = x'ff', content = 7 WHERE seq = 20",
            "b4: version 20 has a content that cannot be unpacked",
        ),
        ("UPDATE article SET current = 99 WHERE given_id = 'b4'", "a version that is not there"),
        ("DELETE FROM version WHERE seq = 20", "a version that is not there"),
        ("INSERT INTO deletion VALUES (99, 1)", "article 1 is there, and said to be erased"),
        ("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'article'", "said to be 3, but 20"),
        ("UPDATE record SET input = 7 WHERE input = 3", "record ? refers to no input"),
    ],
)
def test_what_is_wrong_in_the_archive_is_told(archive: Path, statement: str, what: str) -> None:
    change(archive, statement)
    assert any(what in problem.what for problem in problems(archive)), problems(archive)
    assert {problem.where for problem in problems(archive) if what in problem.what} == {"archive"}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM takedown WHERE article = 3", "is lost, by the log"),
        ("UPDATE takedown SET until = '2001-01-01' WHERE article = 3", "is not as the log has it"),
        ("UPDATE takedown SET deleted = 0 WHERE article = 2", "is not as the log has it"),
        ("UPDATE takedown SET deleted = 1 WHERE article = 3", "3 is there, and said to be erased"),
        ("UPDATE takedown SET reason = 'lain' WHERE article = 2", "is not as the log has it"),
        (
            "UPDATE embargo SET until = '2001-01-01'",
            "is kept back until 2001-01-01, its content says 2098-12-31T17:00:00+00:00",
        ),
    ],
)
def test_what_is_wrong_in_take_downs_is_told(archive: Path, statement: str, what: str) -> None:
    secret = {"id": "e", "body": "Rahasia.", "embargo_until": "2099-01-01"}
    make_archive(archive.parent, [secret])
    withdraw(archive, [3], Config(), reason="hak jawab")
    withdraw(archive, [4], Config(), reason="rilis", until="2098-01-01T00:00:00+00:00")
    with open_archive(archive) as opened:
        (undone,) = [one for one in opened.takedowns.listed() if one.number == 4]
    undo_takedowns(archive, [undone], Config(), reason="keliru")
    assert problems(archive) == []
    change(archive, statement)
    told = [problem for problem in problems(archive) if what in problem.what]
    assert [problem.where for problem in told] == ["archive"], problems(archive)


def test_a_damaged_version_is_named_by_id_and_content_hash(archive: Path) -> None:
    with closing(sqlite3.connect(archive / FILE_NAME)) as db:
        ((content_hash,),) = db.execute("SELECT content_hash FROM version WHERE seq = 20")
    change(archive, "UPDATE version SET content = x'00' WHERE seq = 20")
    (problem,) = problems(archive)
    assert (problem.id, problem.seq, problem.content_hash) == ("b4", 20, content_hash.hex())


def test_one_damaged_article_stops_neither_repair_nor_the_others(archive: Path) -> None:
    change(archive, "UPDATE version SET content = x'00' WHERE seq = 20")
    shutil.rmtree(archive / INDEX_FOLDER)
    commit, failures = rebuild(archive, Config(), jobs=1)
    assert commit.articles == 18
    (failure,) = failures
    assert failure.startswith("b4: not indexed: the stored content of an article is damaged")
    assert [problem.id for problem in problems(archive)] == ["b4"]
    with search.open(archive) as engine:
        assert ids(engine, "padi") == ["b0", "b2", "b3"]


def test_a_page_of_the_database_that_is_lost_hides_no_other_article(tmp_path: Path) -> None:
    body = " ".join(str(number * number) for number in range(2000))  # more than a page holds
    articles = [{"id": f"x{n}", "source": "pos", "body": f"{n} {body}"} for n in range(30)]
    folder = make_archive(tmp_path, articles)
    content = bytearray((folder / FILE_NAME).read_bytes())
    content[len(content) // 2 : len(content) // 2 + 9000] = bytes(9000)
    (folder / FILE_NAME).write_bytes(content)
    named = {problem.id for problem in problems(folder) if problem.seq is not None}
    assert 1 <= len(named) <= 4


def remove_segment(folder: Path) -> None:
    next(folder.glob("*.seg")).unlink()


def cut_people(folder: Path) -> None:
    (path,) = folder.glob(f"{Path(last_people(folder)).name}")
    path.write_bytes(path.read_bytes()[:-1])


def last_people(folder: Path) -> str:
    commit = last_commit(folder)
    assert commit is not None
    return commit.people


def flip_deletions(folder: Path) -> None:
    (path,) = folder.glob("*.del")
    content = bytearray(path.read_bytes())
    content[64] ^= 1
    path.write_bytes(content)


def flip_toc(folder: Path) -> None:
    path = max(folder.glob("*.toc"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flip_posting(folder: Path) -> None:
    path = max(folder.glob("*.seg"), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[640] ^= 1
    path.write_bytes(content)


def forget_everything(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "damage",
    [
        remove_segment,
        cut_people,
        flip_deletions,
        flip_toc,
        flip_posting,
        forget_everything,
    ],
)
def test_a_damaged_index_is_told_and_repaired(
    archive: Path, damage: Callable[[Path], None]
) -> None:
    damage(archive / INDEX_FOLDER)
    assert {problem.where for problem in problems(archive)} == {"index"}
    rebuild(archive, Config(), jobs=1)
    assert problems(archive) == []
    with search.open(archive) as engine:
        assert ids(engine, "jagung") == ["b1"]


def test_check_tells_the_remedy_and_repair_is_it(archive: Path) -> None:
    flip_posting(archive / INDEX_FOLDER)
    told = run("check", "--archive", archive)
    assert told.returncode == 3
    assert "remedy: `cakap-search check --repair`" in told.stdout
    repaired = run("check", "--repair", "--archive", archive)
    assert repaired.returncode == 0
    assert repaired.stdout.endswith("19 articles, 20 versions, 1 segment: no problems\n")
    assert "repairing: " in repaired.stderr


def test_an_index_that_holds_other_versions_than_the_archive_is_told(archive: Path) -> None:
    """The archive is changed without a new sequence number, as no writer does."""
    change(
        archive,
        "UPDATE article SET current = 17 WHERE given_id = 'b1'",
        "UPDATE article SET number = 30 WHERE given_id = 'b4'",
        "UPDATE version SET article = 30 WHERE seq = 20",
        "UPDATE record SET article = 30 WHERE article = 20",
    )
    told = [problem.what for problem in problems(archive) if problem.where == "index"]
    assert sorted(told, reverse=True) == [
        "b4 is missing from the index",
        "b1 is in the index with version 21 instead of 17",
        "article 20 is in the index twice, or there and not in the archive",
    ]


def test_an_archive_that_has_lost_its_last_changes_is_told(archive: Path) -> None:
    change(archive, "DELETE FROM version WHERE seq > 20", "DELETE FROM deletion")
    assert problems(archive)[-1].what.startswith("changes after 20 are lost")


def test_an_index_behind_the_archive_is_told_until_the_next_run(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "c", "source": "pos", "body": "Gempa di desa."}\n')
    with monkeypatch.context() as patch:
        patch.setattr("index.pipeline._catch_up", lambda *_: (None, []))
        index_paths([str(more)], archive, Config(), jobs=1)
    (problem,) = problems(archive)
    assert problem.what.startswith("the index has come to change 22 of 23")
    index_paths([str(more)], archive, Config(), jobs=1)
    assert problems(archive) == []


def test_an_archive_that_cannot_be_opened_is_a_problem_and_a_missing_one_an_error(
    archive: Path, tmp_path: Path
) -> None:
    (archive / FILE_NAME).write_bytes(b"not a database" * 999)
    (problem,) = problems(archive)
    assert "cannot be opened" in problem.what
    with pytest.raises(ArchiveError) as caught:
        problems(tmp_path / "nowhere")
    assert caught.value.kind == "missing"


def test_check_as_json_is_one_object(archive: Path) -> None:
    sound = run("check", "--format", "json", "--archive", archive)
    assert sound.returncode == 0
    assert msgspec.json.decode(sound.stdout) == {
        "schema_version": 1,
        "articles": 19,
        "versions": 20,
        "segments": len(list(archive.glob("index/*.seg"))),
        "problems": [],
    }
    change(archive, "UPDATE version SET content = x'00' WHERE seq = 20")
    damaged = run("check", "--format", "json", "--archive", archive)
    assert damaged.returncode == 3
    (problem,) = msgspec.json.decode(damaged.stdout)["problems"]
    assert (problem["where"], problem["id"], problem["seq"]) == ("archive", "b4", 20)


def test_optimize_leaves_one_segment_without_deleted_documents(archive: Path) -> None:
    done = run("optimize", "--archive", archive)
    assert done.returncode == 0
    assert done.stdout.startswith("segments: ")
    commit = last_commit(archive / INDEX_FOLDER)
    assert commit is not None
    (entry,) = commit.segments
    assert (entry.docs, entry.deleted) == (19, 0)
    assert problems(archive) == []
    again = run("optimize", "--archive", archive)
    assert again.stdout.startswith("segments: 1, now 1; deleted documents: 0, now 0")
    assert last_commit(archive / INDEX_FOLDER) == commit
    assert commit_from_bytes((archive / INDEX_FOLDER / "_MAIN_5.json").read_bytes()) == commit
