"""The index as Whoosh sees it: `whoosh.index.open_dir` opens it, Whoosh's own Searcher reads it.

Reading only: Whoosh's writer would write segments of its own format, so the codec's writing half
says where to write instead. Class paths in this file are part of the format, because Whoosh
pickles segments and schema into its table of contents.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from whoosh import fields, formats
from whoosh.codec import base
from whoosh.filedb.filestore import RamStorage
from whoosh.index import TOC
from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound
from whoosh.system import pack_uint

from index.language.whoosh_analyzer import IndonesianAnalyzer
from index.schema import COLUMNS, STEM, TEXT_FIELDS
from index.segments.arrays import Ints
from index.segments.commit import (
    INDEX_NAME,
    Commit,
    SegmentEntry,
    kept_docs,
    open_segment,
    toc_name,
)
from index.segments.postings import docs_of, freqs_of
from index.segments.segment import KeywordField, Segment, TextField


class IndexSchema(fields.Schema):
    """A schema that is pickled once, by us; Whoosh's writer fails when it commits it again."""

    _stored = False

    def __getstate__(self) -> dict[str, Any]:
        if self._stored:
            _refuse_writing()
        return self.__dict__ | {"_stored": True}


def whoosh_schema() -> IndexSchema:
    """The field table as a Whoosh schema."""
    schema = IndexSchema(article=fields.STORED)
    for field in TEXT_FIELDS:
        analyzer = IndonesianAnalyzer(stems=field is STEM)
        schema.add(field.name, fields.TEXT(analyzer=analyzer, phrase=field.positions))
    for field in COLUMNS:
        schema.add(field.name, fields.ID(stored=True))
    return schema


def toc_bytes(commit: Commit) -> bytes:
    """Whoosh's table of contents for a commit."""
    segments = [WhooshSegment(entry) for entry in commit.segments]
    storage = RamStorage()
    TOC(whoosh_schema(), segments, commit.generation).write(storage, INDEX_NAME)
    contents: bytes = storage.files[toc_name(commit.generation)]
    return contents


class WhooshSegment(base.Segment):
    """A segment as the table of contents lists it."""

    def __init__(self, entry: SegmentEntry) -> None:
        self.indexname = INDEX_NAME
        self.segid = entry.name.removeprefix(f"{INDEX_NAME}_")
        self.compound = False
        self.entry = entry

    def codec(self) -> "SegmentCodec":
        return SegmentCodec()

    def doc_count_all(self) -> int:
        return self.entry.docs

    def deleted_count(self) -> int:
        return self.entry.deleted

    def deleted_docs(self) -> NoReturn:
        raise NotImplementedError("SegmentDocuments.deleted_docs reads them")

    def is_deleted(self, docnum: int) -> NoReturn:
        raise NotImplementedError("SegmentDocuments.is_deleted reads them")

    def delete_document(self, docnum: int, delete: bool = True) -> NoReturn:  # noqa: ARG002
        _refuse_writing()


class SegmentCodec(base.Codec):
    """Reads segments for Whoosh."""

    def terms_reader(self, storage: Any, segment: WhooshSegment) -> "SegmentTerms":
        return SegmentTerms(open_segment(Path(storage.folder), segment.entry.name))

    def per_document_reader(self, storage: Any, segment: WhooshSegment) -> "SegmentDocuments":
        folder = Path(storage.folder)
        kept = kept_docs(folder, segment.entry)
        return SegmentDocuments(open_segment(folder, segment.entry.name), np.flatnonzero(~kept))

    def per_document_writer(self, storage: Any, segment: Any) -> NoReturn:  # noqa: ARG002
        _refuse_writing()

    def field_writer(self, storage: Any, segment: Any) -> NoReturn:  # noqa: ARG002
        _refuse_writing()

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> NoReturn:  # noqa: ARG002
        _refuse_writing()

    def new_segment(self, storage: Any, indexname: str) -> NoReturn:  # noqa: ARG002
        _refuse_writing()

    def postings_reader(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("SegmentTerms.matcher reads postings")


def _refuse_writing() -> NoReturn:
    raise NotImplementedError(
        "Whoosh's writer cannot write this index; use index.segments.writer.IndexWriter"
    )


class SegmentTerms(base.TermsReader):
    """The terms of all fields of one segment, and matchers over their postings."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._fields: dict[str, TextField | KeywordField] = {
            **dict(sorted((segment.text | segment.keywords).items()))
        }

    def _table(self, fieldname: str) -> Any:
        field = self._fields[fieldname]
        return field.terms if isinstance(field, TextField) else field.values

    def _find(self, fieldname: str, text: bytes) -> int:
        if fieldname not in self._fields:
            return -1
        table = self._table(fieldname)
        number: int = table.first_not_below(text)
        return number if number < len(table) and table.raw(number) == text else -1

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        return list(self._fields)

    def cursor(self, fieldname: str, fieldobj: Any) -> "SegmentCursor":
        return SegmentCursor(self, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for name in self._fields:
            for text in self._table(name).to_list():
                yield name, text

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        table = self._table(fieldname)
        for number in range(table.first_not_below(prefix), len(table)):
            yield fieldname, table.raw(number)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for term in self.terms():
            yield term, self.term_info(*term)

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for term in self.terms_from(fieldname, prefix):
            yield term, self.term_info(*term)

    def postings(self, fieldname: str, text: bytes) -> tuple[Ints, Ints]:
        """Documents and frequencies of a term; raises TermNotFound."""
        number = self._find(fieldname, text)
        if number < 0:
            raise TermNotFound(f"{fieldname}:{text!r}")
        field = self._fields[fieldname]
        if isinstance(field, KeywordField):
            docs = field.docs_of(number)
            return docs, np.ones(len(docs), dtype=np.uint8)
        postings = field.postings[field.where(number)]
        return docs_of(postings), freqs_of(postings)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        docs, freqs = self.postings(fieldname, text)
        lengths = document_lengths(self._segment)[docs]
        return TermInfo(
            weight=float(freqs.sum()),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(freqs.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> int:
        return int(self.postings(fieldname, text)[1].sum()) if (fieldname, text) in self else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return len(self.postings(fieldname, text)[0]) if (fieldname, text) in self else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: formats.Format, scorer: Any = None
    ) -> "PostingsMatcher":
        docs, freqs = self.postings(fieldname, text)
        field = self._fields[fieldname]
        positions = None
        if isinstance(field, TextField) and field.has_positions:
            positions = field.position_lists(self._find(fieldname, text))
        lengths = document_lengths(self._segment)
        return PostingsMatcher((fieldname, text), format_, scorer, docs, freqs, positions, lengths)


class SegmentCursor(base.FieldCursor):
    """Walks the terms of one field in order."""

    def __init__(self, terms: SegmentTerms, fieldname: str, fieldobj: Any) -> None:
        self._terms = terms
        self._fieldname = fieldname
        self._fieldobj = fieldobj
        self._table = terms._table(fieldname)
        self._number = 0

    def is_valid(self) -> bool:
        return self._number < len(self._table)

    def text(self) -> str | None:
        if not self.is_valid():
            return None
        text: str = self._fieldobj.from_bytes(self._table.raw(self._number))
        return text

    def first(self) -> str | None:
        self._number = 0
        return self.text()

    def next(self) -> str | None:
        self._number += 1
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        wanted = string if isinstance(string, bytes) else self._fieldobj.to_bytes(string)
        self._number = self._table.first_not_below(wanted)
        return self.text()

    def term_info(self) -> TermInfo | None:
        if not self.is_valid():
            return None
        return self._terms.term_info(self._fieldname, self._table.raw(self._number))


class PostingsMatcher(LeafMatcher):
    """Whoosh's view of one term's postings."""

    def __init__(
        self,
        term: tuple[str, bytes],
        format_: Any,
        scorer: Any,
        docs: Ints,
        freqs: Ints,
        positions: tuple[Ints, Ints] | None,
        lengths: Ints,
    ) -> None:
        self._term = term
        self.format = format_
        self.scorer = scorer
        self._docs = docs
        self._freqs = freqs
        self._positions = positions
        self._lengths = lengths
        self._at = 0

    def copy(self) -> "PostingsMatcher":
        copied = PostingsMatcher(
            self._term,
            self.format,
            self.scorer,
            self._docs,
            self._freqs,
            self._positions,
            self._lengths,
        )
        copied._at = self._at
        return copied

    def is_active(self) -> bool:
        return self._at < len(self._docs)

    def reset(self) -> None:
        self._at = 0

    def id(self) -> int:
        return int(self._docs[self._at])

    def all_ids(self) -> Iterator[int]:
        return iter(self._docs[self._at :].tolist())

    def next(self) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += int(np.searchsorted(self._docs[self._at :], id))

    def weight(self) -> float:
        return float(self._freqs[self._at])

    def value(self) -> bytes:
        if self._positions is None:
            return pack_uint(int(self._freqs[self._at]))
        positions, begins = self._positions
        encoded: bytes = self.format.encode(
            positions[begins[self._at] : begins[self._at + 1]].tolist()
        )
        return encoded

    # The whole list is one block, so that scorers can bound what it holds.

    def block_min_length(self) -> int:
        return int(self._lengths[self._docs].min())

    def block_max_length(self) -> int:
        return int(self._lengths[self._docs].max())

    def block_max_weight(self) -> float:
        return float(self._freqs.max())

    def skip_to_quality(self, minquality: float) -> int:
        if self.scorer.block_quality(self) > minquality:
            return 0
        self._at = len(self._docs)
        return 1


class SegmentDocuments(base.PerDocumentReader):
    """What one segment knows of its documents: lengths, deletions, values."""

    def __init__(self, segment: Segment, deleted: Ints) -> None:
        self._segment = segment
        self._deleted = frozenset(deleted.tolist())
        self._lengths = document_lengths(segment)

    def doc_count(self) -> int:
        return len(self._segment) - len(self._deleted)

    def doc_count_all(self) -> int:
        return len(self._segment)

    def has_deletions(self) -> bool:
        return bool(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def deleted_docs(self) -> frozenset[int]:
        return self._deleted

    def supports_columns(self) -> bool:
        return False

    def has_column(self, fieldname: str) -> bool:  # noqa: ARG002
        return False

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return default if fieldname in self._segment.keywords else int(self._lengths[docnum])

    def field_length(self, fieldname: str) -> int:
        return 0 if fieldname in self._segment.keywords else int(self._lengths.sum())

    def min_field_length(self, fieldname: str) -> int:
        return 0 if fieldname in self._segment.keywords else int(self._lengths.min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return 0 if fieldname in self._segment.keywords else int(self._lengths.max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        values = {
            name: " · ".join(field.values_of(docnum))
            for name, field in self._segment.keywords.items()
        }
        return {"article": int(self._segment.articles[docnum]), **values}


def document_lengths(segment: Segment) -> Ints:
    """The number of words of each document, title and body together."""
    return segment.title_lengths.astype(np.int64) + segment.body_lengths
