"""Articles as JSON Lines that `index` reads back exactly, and other programs read as well.

A line has the fields of an Article under their names in JSON, and `cakap_search`: what makes the
article itself, so that it comes back under the same id with the same content hash. It may have what
was read in the article too, so that several machines can enrich for one archive. That is believed
only where it is sealed with the key that they share: a line may come from anybody.
"""

import hmac
import os
from collections.abc import Iterator

import msgspec

from index.archive import Archive, Content, unpack
from index.article import Article, Enrichment
from index.errors import ArchiveError, ConfigError, SourceError
from index.messages import gettext

KEY_VARIABLE = "CAKAP_SEARCH_SHARED_KEY"
_MARK = "cakap_search"
_MARK_BYTES = f'"{_MARK}":'.encode()


class _Sealed(msgspec.Struct, frozen=True):
    """What was read in the article and by which code, sealed with the key that machines share."""

    enricher: str
    enrichment: Enrichment
    seal: str

    @classmethod
    def of(cls, content: Content, key: bytes) -> "_Sealed":
        """What an archive has."""
        sealed = msgspec.json.encode((content.enricher, content.enrichment))
        seal = hmac.digest(key, content.article.content_hash() + sealed, "sha256")
        return cls(content.enricher, content.enrichment, seal.hex())


class _Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which article of an archive a line is, in which version, and whether that one is shown."""

    id: str
    identity: str
    content_hash: str
    seq: int
    shown: bool
    # Of another version, it may be of another form.
    sealed: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Exported(msgspec.Struct, frozen=True):
    """An article as it was in the archive that it was exported from; `enrichment` is what the same
    enricher has read in it, where the line has that.
    """

    article: Article
    identity: str
    shown: bool
    enrichment: Enrichment | None


def export(
    archive: Archive, *, since: int = 0, all_versions: bool = False, enriched: bool = False
) -> Iterator[bytes | ArchiveError]:
    """A line for each article in its shown version, or for each version; in the order in which
    the articles first came. Memory is that of one.

    Only versions after the change `since`, which each line tells as `seq`, and nothing that must
    not be shown now. `enriched` adds what was read in them, sealed. An ArchiveError stands in the
    place of a version that is damaged. Raises ConfigError where there is no key for the seal.
    """
    key = _shared_key() if enriched else None
    if enriched and key is None:
        raise ConfigError(
            gettext(
                "--enriched needs a secret in ${variable}, the same on all machines; only lines"
                " that are sealed with it are believed",
                variable=KEY_VARIABLE,
            )
        )
    archive.connection.execute("BEGIN")  # all lines are of one state
    hidden = {number for number, _ in archive.takedowns.hidden()}
    for number, seq in archive.version_numbers(since):
        if number in hidden:
            continue
        try:
            line = _line(archive, number, seq, all_versions, key)
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
    archive: Archive, number: int, seq: int, all_versions: bool, key: bytes | None
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
        msgspec.Raw(msgspec.json.encode(_Sealed.of(content, key))) if key else msgspec.UNSET,
    )
    fields = {("id" if key == "given_id" else key): value for key, value in _fields(article)}
    return msgspec.json.encode({**fields, _MARK: origin}) + b"\n"


def _fields(article: Article) -> Iterator[tuple[str, object]]:
    """The fields that an article has."""
    return ((key, value) for key, value in msgspec.structs.asdict(article).items() if value)


def read_exported(payload: bytes, enricher: str) -> Exported | None:
    """The article of a line of `export`, None for any other record.

    What `enricher` has read in it is taken over if it is sealed. Raises SourceError for a line that
    was changed since.
    """
    if _MARK_BYTES not in payload:
        return None
    try:
        fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        origin = msgspec.json.decode(fields.pop(_MARK), type=_Origin)
        if "id" in fields:
            fields["given_id"] = fields.pop("id")
        article = msgspec.json.decode(msgspec.json.encode(fields), type=Article)
    except (msgspec.MsgspecError, KeyError):
        return None  # the words stand in the text of an article
    if article.content_hash().hex() != origin.content_hash:
        raise SourceError(
            gettext(
                "it was changed since it was exported; take {mark!r} out of it to "
                "index it as it is",
                mark=_MARK,
            )
        )
    read = _unsealed(article, origin.sealed, enricher) if origin.sealed else None
    return Exported(article, origin.identity, origin.shown, read)


def _unsealed(article: Article, raw: msgspec.Raw, enricher: str) -> Enrichment | None:
    """What an enricher has read in an article, if the seal is whole."""
    key = _shared_key()
    if key is None:
        return None
    try:
        sealed = msgspec.json.decode(raw, type=_Sealed)
    except msgspec.MsgspecError:
        return None
    whole = _Sealed.of(Content(article, sealed.enrichment, enricher), key)
    is_whole = hmac.compare_digest(sealed.seal.encode(), whole.seal.encode())
    return sealed.enrichment if is_whole else None


def _shared_key() -> bytes | None:
    """The secret that machines share whose readings are taken over."""
    return os.environ.get(KEY_VARIABLE, "").encode() or None
