"""Articles as JSON Lines that `index` reads back exactly, and other programs read as well.

A line has the fields of an Article under their names in JSON, and `cakap_search`: what makes the
article itself, so that it comes back under the same id with the same content hash. It may have what
was read in the article too, so that nobody has to read that again: several machines can enrich for
one archive.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from index.archive import Archive, Content, unpack
from index.article import Article, Enrichment
from index.errors import ArchiveError, SourceError
from index.messages import gettext

_MARK = "cakap_search"
_MARK_BYTES = f'"{_MARK}":'.encode()


class _Reading(msgspec.Struct, frozen=True):
    """What was read in the article and by which enricher; the seal tells that nobody changed it."""

    enricher: str
    enrichment: Enrichment
    seal: str

    @classmethod
    def of(cls, content: Content) -> "_Reading":
        """What an archive has."""
        read = msgspec.json.encode((content.enricher, content.enrichment))
        seal = hashlib.blake2b(read, digest_size=16, key=content.article.content_hash()).hexdigest()
        return cls(content.enricher, content.enrichment, seal)


class _Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which article of an archive a line is, in which version, and whether that one is shown."""

    id: str
    identity: str
    content_hash: str
    seq: int
    shown: bool
    reading: _Reading | None = None


class Exported(msgspec.Struct, frozen=True):
    """An article as it was in the archive that it was exported from, and what was read in it there
    if the line has it.
    """

    content: Content
    identity: str
    shown: bool


def export(
    archive: Archive, *, since: int = 0, all_versions: bool = False, enriched: bool = False
) -> Iterator[bytes | ArchiveError]:
    """A line for each article in its shown version, or for each version; in the order in which
    the articles first came. Memory is that of one.

    Only versions after the change `since`, which each line tells as `seq`, and nothing that must
    not be shown now. `enriched` adds what was read in them. An ArchiveError stands in the place of
    a version that is damaged.
    """
    archive.connection.execute("BEGIN")  # all lines are of one state
    hidden = {number for number, _ in archive.takedowns.hidden()}
    for number, seq in archive.version_numbers(since):
        if number in hidden:
            continue
        try:
            line = _line(archive, number, seq, all_versions, enriched)
        except Exception as error:  # a damaged row may hold anything
            yield ArchiveError(
                gettext(
                    "article {number}, version {seq}: {error}", number=number, seq=seq, error=error
                ),
                "damaged",
            )
        else:
            if line is not None:
                yield line


def _line(
    archive: Archive, number: int, seq: int, all_versions: bool, enriched: bool
) -> bytes | None:
    identity, content_hash, shown, packed = archive.connection.execute(
        "SELECT identity, content_hash, current = seq, content FROM version"
        " JOIN article ON article.number = version.article WHERE seq = ?",
        (seq,),
    ).fetchone()
    if not (shown or all_versions):
        return None
    content = unpack(packed)
    article = content.article
    if article.content_hash() != content_hash:
        raise ArchiveError(gettext("its content is not that of its hash"), "damaged")
    origin = _Origin(
        archive.public_id(number),
        identity,
        content_hash.hex(),
        seq,
        bool(shown),
        _Reading.of(content) if enriched and content.enricher else None,
    )
    fields = {("id" if key == "given_id" else key): value for key, value in _fields(article)}
    return msgspec.json.encode({**fields, _MARK: origin}) + b"\n"


def _fields(article: Article) -> Iterator[tuple[str, object]]:
    """The fields that an article has."""
    return ((key, value) for key, value in msgspec.structs.asdict(article).items() if value)


def read_exported(payload: bytes) -> Exported | None:
    """The article of a line of `export`, None for any other record.

    Raises SourceError for a line that was changed since.
    """
    if _MARK_BYTES not in payload:
        return None
    try:
        fields = msgspec.json.decode(payload)
        origin = msgspec.convert(fields.pop(_MARK), _Origin)
        if "id" in fields:
            fields["given_id"] = fields.pop("id")
        article = msgspec.convert(fields, Article)
    except (msgspec.MsgspecError, AttributeError, KeyError):
        return None  # the words stand in the text of an article
    if article.content_hash().hex() != origin.content_hash:
        raise SourceError(
            gettext(
                "it was changed since it was exported; take {mark!r} out of it to "
                "index it as it is",
                mark=_MARK,
            )
        )
    content = Content(article, Enrichment())
    if origin.reading is not None:
        read = Content(article, origin.reading.enrichment, origin.reading.enricher)
        if _Reading.of(read) == origin.reading:
            content = read
    return Exported(content, origin.identity, origin.shown)
