"""Whoosh as it comes: its own writer, one process, BM25F with the same k1 and b as ours."""

from pathlib import Path

from whoosh import fields, index, query, scoring, sorting
from whoosh.analysis import SpaceSeparatedTokenizer

from benchmarks.peers.answers import DEPTH, FACETS, Answer, Ask
from benchmarks.peers.corpus import KEYWORDS, rows
from benchmarks.queries import Question

_MEMORY_MB = 256


def write(corpus: Path, folder: Path) -> None:
    """Index a corpus into a new folder; documents keep its order in the one segment."""
    keywords = {field: fields.KEYWORD(commas=True) for field in KEYWORDS}
    schema = fields.Schema(
        text=fields.TEXT(SpaceSeparatedTokenizer()),
        moment=fields.NUMERIC(bits=64, sortable=True),
        **keywords,
    )
    writer = index.create_in(str(folder), schema).writer(limitmb=_MEMORY_MB)
    for row in rows(corpus):
        values = {
            field: ",".join(value.replace(",", " ") for value in values)
            for field, values in row.keywords.items()
        }
        writer.add_document(text=" ".join(row.tokens), moment=row.moment, **values)
    writer.commit()


def reader(folder: Path) -> Ask:
    """Open the index for questions."""
    searcher = index.open_dir(str(folder)).searcher(weighting=scoring.BM25F(B=0.75, K1=0.9))
    facets = sorting.Facets()
    for field in FACETS:
        facets.add_field(field, allow_overlap=True, maptype=sorting.Count)

    def ask(question: Question, total: bool) -> Answer:
        asked = _query(question)
        if question.kind == "facets":
            narrowed = query.Term("country", question.country)
            found = searcher.search(asked, limit=DEPTH, filter=narrowed, groupedby=facets)
            # None stands for the documents without a value.
            tables = [{**found.groups(field), None: 0} for field in FACETS]
            counts = [sorted(filter(None, table.values()))[: -DEPTH - 1 : -1] for table in tables]
            return Answer([hit.docnum for hit in found], len(found), counts)
        if question.kind == "newest":
            found = searcher.search(asked, limit=DEPTH, sortedby="moment", reverse=True)
        else:
            found = searcher.search(asked, limit=DEPTH)
        count = sum(1 for _ in asked.docs(searcher)) if total else None
        return Answer([hit.docnum for hit in found], count)

    return ask


def _query(question: Question) -> query.Query:
    if question.kind == "phrase":
        return query.Phrase("text", list(question.words))
    if question.kind == "prefix":
        return query.Prefix("text", question.words[0])
    terms = [query.Term("text", word) for word in question.words]
    if len(terms) == 1:
        return terms[0]
    return query.And(terms) if question.kind in ("and", "person+noun") else query.Or(terms)
