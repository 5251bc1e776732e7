"""A commit: which segments an index consists of, and how far in the archive it has come.

A commit is there when Whoosh's table of contents `_MAIN_<generation>.toc` is; the details
stand beside it as JSON, so that reading an index unpickles nothing.
"""

import re
import zlib
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.errors import ArchiveError
from index.language.analyzer import ANALYZER_VERSION
from index.messages import format_number, gettext
from index.schema import COLUMNS, TEXT_FIELDS
from index.segments.arrays import damaged, read_arrays
from index.segments.segment import Segment

# Raised too when `names.name_key` changes, whose keys the people file holds.
FORMAT_VERSION = 6
# Where an archive keeps its index.
INDEX_FOLDER = "index"
INDEX_NAME = "MAIN"
SEGMENT_SUFFIX = ".seg"
LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"
_FILE_NAMES = (
    rf"_{INDEX_NAME}_\d+\.(toc|json|people|stories)(\.new)?"
    rf"|{INDEX_NAME}_[0-9a-f]{{16}}\.(seg|\d+\.del)"
)
# A commit names files of its own folder only.
_FILE = rf"^(?:{_FILE_NAMES})$"
_SEGMENT = rf"^{INDEX_NAME}_[0-9a-f]{{16}}$"


class SegmentEntry(msgspec.Struct, frozen=True):
    """A segment of a commit. `deletions` is the file that lists its deleted documents."""

    name: Annotated[str, msgspec.Meta(pattern=_SEGMENT)]
    docs: int
    deletions: Annotated[str, msgspec.Meta(pattern=_FILE)] | None = None
    deleted: int = 0


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One state of the index. `seq` is the last change of the archive that it holds, `identities`
    the digest of what told it which names are one person, `timezone` where its days begin, `engine`
    whether the articles' words are in the segments or on a cluster.
    """

    generation: int
    fingerprint: str
    seq: int
    articles: int
    committed_at: str
    segments: tuple[SegmentEntry, ...]
    people: Annotated[str, msgspec.Meta(pattern=_FILE)]
    stories: Annotated[str, msgspec.Meta(pattern=_FILE)]
    identities: str = ""
    timezone: str = ""
    engine: str = "embedded"

    def size_bytes(self, folder: Path) -> int:
        """The size of all its files."""
        return sum((folder / name).stat().st_size for name in self.files())

    def files(self) -> set[str]:
        """The names of all files that this commit is made of."""
        names = {toc_name(self.generation), details_name(self.generation)}
        names |= {self.people, self.stories}
        for entry in self.segments:
            names.add(entry.name + SEGMENT_SUFFIX)
            if entry.deletions:
                names.add(entry.deletions)
        return names


class _Details(msgspec.Struct):
    """A commit as it is stored, and the CRC-32 of its JSON."""

    crc32: int
    commit: msgspec.Raw


def commit_to_bytes(commit: Commit) -> bytes:
    """The details of a commit as they are stored."""
    encoded = msgspec.json.encode(commit)
    return msgspec.json.encode(_Details(zlib.crc32(encoded), msgspec.Raw(encoded)))


def commit_from_bytes(stored: bytes) -> Commit:
    """The commit back. Raises msgspec.MsgspecError where it is not as it was stored."""
    details = msgspec.json.decode(stored, type=_Details)
    if zlib.crc32(details.commit) != details.crc32:
        raise msgspec.DecodeError(gettext("its checksum is wrong"))
    return msgspec.json.decode(details.commit, type=Commit)


def fingerprint() -> str:
    """Changes whenever an index written before would answer differently from one written now."""
    described = repr((FORMAT_VERSION, ANALYZER_VERSION, TEXT_FIELDS, COLUMNS))
    return f"{zlib.crc32(described.encode()):08x}"


def toc_name(generation: int) -> str:
    """The file whose presence makes a commit, as Whoosh names it."""
    return f"_{INDEX_NAME}_{generation}.toc"


def details_name(generation: int) -> str:
    """The file that says in JSON what the commit holds."""
    return f"_{INDEX_NAME}_{generation}.json"


def is_index_file(name: str) -> bool:
    """Whether an index, or a run that was killed, wrote a file of this name."""
    return name == LOCK_NAME or re.fullmatch(_FILE_NAMES, name) is not None


def generations(folder: Path) -> list[int]:
    """The generations of all commits in a folder, ascending."""
    pattern = re.compile(re.escape(toc_name(0)).replace("0", r"(\d+)"))
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(match[1]) for name in names if (match := pattern.fullmatch(name)))


def last_commit(folder: Path) -> Commit | None:
    """The newest commit in a folder, None where there is none; not checked for staleness."""
    found = generations(folder)
    if not found:
        return None
    path = folder / details_name(found[-1])
    if path.is_fifo():  # would be waited for
        raise damaged(path, gettext("is no file"))
    try:
        return commit_from_bytes(path.read_bytes())
    except FileNotFoundError:
        if generations(folder) != found:  # a writer moved on between the two looks
            return last_commit(folder)
        raise ArchiveError(
            gettext(
                "{path} is missing; run `cakap-search reindex` to build the index again", path=path
            ),
            "damaged",
        ) from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ArchiveError(
            gettext(
                "{path} cannot be read ({error}); run `cakap-search reindex` to "
                "build the index again",
                path=path,
                error=error,
            ),
            "damaged",
        ) from error


def refuse_stale(commit: Commit, folder: Path) -> None:
    """Raise ArchiveError when an index was written by a version that analysed differently."""
    if commit.fingerprint != fingerprint():
        raise ArchiveError(
            gettext(
                "the index in {folder} was written by another version of "
                "cakap-search; run `cakap-search reindex` (the articles are safe "
                "in the archive)",
                folder=folder,
            ),
            "stale",
        )


def refuse_other_settings(commit: Commit, folder: Path, timezone: str, engine: str) -> None:
    """Raise ArchiveError when an index was made by other settings than these, or is stale."""
    refuse_stale(commit, folder)
    if commit.engine != engine:
        raise ArchiveError(
            gettext(
                "the index in {folder} was made for engine {made}, the configuration says"
                " {configured}; run `cakap-search reindex`, or set engine back",
                folder=folder,
                made=commit.engine,
                configured=engine,
            ),
            "stale",
        )
    if commit.timezone != timezone:
        raise ArchiveError(
            gettext(
                "the index in {folder} counts days in {counted}, the configuration says"
                " {configured}; run `cakap-search reindex`, or set timezone back",
                folder=folder,
                counted=commit.timezone,
                configured=timezone,
            ),
            "stale",
        )


def open_segment(folder: Path, name: str, *, verify: bool = False) -> Segment:
    """Map one segment of a folder; `verify` also compares its checksums."""
    path = folder / (name + SEGMENT_SUFFIX)
    try:
        return Segment(read_arrays(path, verify), name)
    except (KeyError, IndexError) as error:
        raise damaged(path, gettext("has no array {error}", error=error)) from error


def kept_docs(folder: Path, entry: SegmentEntry) -> NDArray[np.bool_]:
    """For each document of a segment, whether it is still there."""
    # An article's number has eight bytes: so a commit cannot ask for more memory than its files.
    if not 0 <= entry.docs * 8 <= (folder / (entry.name + SEGMENT_SUFFIX)).stat().st_size:
        raise damaged(
            folder,
            gettext(
                "has no {docs} documents in {name}", docs=format_number(entry.docs), name=entry.name
            ),
        )
    kept = np.ones(entry.docs, dtype=np.bool_)
    if entry.deletions is not None:
        try:
            kept[read_arrays(folder / entry.deletions, verify=True)["docs"]] = False
        except (KeyError, IndexError) as error:
            raise damaged(
                folder / entry.deletions, gettext("has no such documents ({error})", error=error)
            ) from error
    return kept
