"""A backup is the archive as of one moment, verified; and what is restored is that archive."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

import search
from index.archive import ALERTS_FILE, FILE_NAME, open_archive
from index.backup import backup, backups, restore
from index.check import check
from index.config import Config
from index.errors import ArchiveError, CakapError
from index.lock import write_lock
from index.pipeline import delete, index_paths, rebuild
from search.alerts import Alert, Alerts
from tests.archives import ids, make_archive
from tests.commands import run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three articles, one of them in two versions."""
    return make_archive(
        tmp_path,
        [{"id": name, "source": "pos", "body": f"Banjir di {name}."} for name in "abc"],
        [{"id": "b", "source": "pos", "body": "Banjir surut di b."}],
    )


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        return list(db.iterdump())


def test_what_is_restored_is_what_was_backed_up(archive: Path, tmp_path: Path) -> None:
    before = dump(archive)
    made = run("backup", tmp_path / "backups", "--archive", archive)
    (copy,) = backups(tmp_path / "backups")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("3 articles in 4 versions, ")
    assert made.stdout.endswith(f"{copy}\n")
    delete(archive, [1], Config())
    restored = run("restore", tmp_path / "backups", "--archive", tmp_path / "new")
    assert (restored.returncode, restored.stderr) == (0, "")
    assert dump(tmp_path / "new") == before
    assert check(tmp_path / "new", Config()).problems == []
    with search.open(tmp_path / "new") as engine:
        assert sorted(ids(engine, "banjir")) == ["a", "b", "c"]


def test_a_backup_is_one_file_that_can_be_read_as_an_archive(archive: Path, tmp_path: Path) -> None:
    copy, manifest = backup(archive, tmp_path / "backups")
    assert sorted(path.name for path in copy.iterdir()) == [FILE_NAME, "manifest.json"]
    assert (manifest.articles, manifest.versions, manifest.seq) == (3, 4, 4)
    assert run("show", "b", "--archive", copy).stdout.startswith("Banjir surut di b")


def test_a_backup_has_what_was_committed_while_a_writer_is_at_work(
    archive: Path, tmp_path: Path
) -> None:
    before = dump(archive)
    with write_lock(archive / "index"), open_archive(archive, write=True) as writer:
        writer.delete(1)
        writer.connection.execute("UPDATE article SET source = 'pas'")  # not committed
        copy, manifest = backup(archive, tmp_path / "backups")
    assert manifest.articles == 2
    assert len(dump(copy)) < len(before)
    assert "pas" not in "".join(dump(copy))


def test_a_damaged_archive_is_not_backed_up_and_the_backups_before_stay(
    archive: Path, tmp_path: Path
) -> None:
    copy, _ = backup(archive, tmp_path / "backups")
    with closing(sqlite3.connect(archive / FILE_NAME)) as db:
        db.execute("UPDATE version SET content = x'00' WHERE seq = 3")
        db.commit()
    refused = run("backup", tmp_path / "backups", "--keep", "1", "--archive", archive)
    assert refused.returncode == 3
    assert "c: version 3 has a content that cannot be unpacked" in refused.stderr
    assert backups(tmp_path / "backups") == [copy]


def test_only_the_newest_backups_are_kept(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    (target / "2026-notes").mkdir(parents=True)
    made = [backup(archive, target, keep=2)[0] for _ in range(4)]
    assert backups(target) == made[-2:]
    assert (target / "2026-notes").is_dir()


def test_what_a_killed_backup_left_is_no_backup_and_is_removed(
    archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backups"
    first, _ = backup(archive, target)
    left = shutil.copytree(first, target / "unfinished" / first.name)
    assert backups(target) == [first]
    second, _ = backup(archive, target)
    assert not left.exists()
    assert backups(target) == [first, second]


def test_two_backups_into_one_folder_do_not_meet(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    with write_lock(target / "unfinished"), pytest.raises(ArchiveError) as caught:
        backup(archive, target)
    assert caught.value.kind == "locked"
    assert str(target) in str(caught.value)


def test_restore_does_not_overwrite_an_archive(archive: Path, tmp_path: Path) -> None:
    backup(archive, tmp_path / "backups")
    before = dump(archive)
    refused = run("restore", tmp_path / "backups", "--archive", archive)
    assert refused.returncode == 2
    assert f"{archive} holds an archive" in refused.stderr
    assert dump(archive) == before


def test_saved_questions_come_back_and_newer_ones_stay(archive: Path, tmp_path: Path) -> None:
    def saved(folder: Path) -> list[str]:
        with Alerts(folder) as alerts:
            return [alert.name for alert in alerts.all()]

    with Alerts(archive) as alerts:
        alerts.add(Alert("banjir", search.Request("banjir"), 0))
    copy, manifest = backup(archive, tmp_path / "backups")
    assert set(manifest.sha256) == {FILE_NAME, ALERTS_FILE}
    restore(copy, tmp_path / "new")
    assert saved(tmp_path / "new") == ["banjir"]
    with Alerts(archive) as alerts:
        alerts.add(Alert("gempa", search.Request("gempa"), 0))
    (archive / FILE_NAME).unlink()
    restore(copy, archive)
    assert saved(archive) == ["banjir", "gempa"]
    assert not list(archive.glob("*.new"))


@pytest.mark.parametrize("name", [FILE_NAME, "manifest.json"])
def test_a_backup_that_was_changed_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    copy, _ = backup(archive, tmp_path / "backups")
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ArchiveError, match="take another backup"):
        restore(copy, tmp_path / "new")
    assert not (tmp_path / "new" / FILE_NAME).exists()


def test_a_log_and_an_index_that_a_lost_archive_left_are_not_mixed_in(
    archive: Path, tmp_path: Path
) -> None:
    copy, _ = backup(archive, tmp_path / "backups")
    with open_archive(archive, write=True) as writer:
        writer.connection.execute("PRAGMA wal_autocheckpoint = 0")
        writer.connection.execute("UPDATE article SET given_id = 'x' WHERE given_id = 'a'")
        writer.commit()
        log = (archive / f"{FILE_NAME}-wal").read_bytes()
    assert log
    (archive / FILE_NAME).unlink()
    (archive / f"{FILE_NAME}-wal").write_bytes(log)
    restore(copy, archive)
    with pytest.raises(ArchiveError, match="no index"):
        search.open(archive)
    rebuild(archive, Config(), jobs=1)
    with search.open(archive) as engine:
        assert sorted(ids(engine, "banjir")) == ["a", "b", "c"]


def test_a_folder_without_backups_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = run("restore", tmp_path / "empty", "--archive", tmp_path / "new")
    assert told.returncode == 3
    assert "there is no backup in" in told.stderr
    with pytest.raises(CakapError):
        restore(tmp_path / "nowhere", tmp_path / "new")


def test_a_restored_archive_goes_on(archive: Path, tmp_path: Path) -> None:
    backup(archive, tmp_path / "backups")
    assert run("restore", tmp_path / "backups", "--archive", tmp_path / "new").returncode == 0
    more = tmp_path / "more.jsonl"
    more.write_bytes(msgspec.json.encode({"id": "d", "source": "pos", "body": "Banjir di d."}))
    summary, _ = index_paths([str(more)], tmp_path / "new", Config(), jobs=1)
    assert summary.new == 1
    with open_archive(tmp_path / "new") as opened:
        (mode,) = opened.connection.execute("PRAGMA journal_mode").fetchone()
    assert mode == "wal"
