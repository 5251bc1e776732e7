"""tantivy through tantivy-py: Rust, BM25 with k1 1.2 and b 0.75, which cannot be set.

Two threads write. Nothing is stored; the article's number, the moment and the facets are fast
fields. A prefix and a filter score nothing.
"""

from pathlib import Path

import tantivy
from tantivy import Occur, Query

from benchmarks.peers.answers import DEPTH, FACETS, Answer, Ask
from benchmarks.peers.corpus import KEYWORDS, rows
from benchmarks.queries import Question

_HEAP_BYTES = 512 << 20
# Counts are exact only if each segment tells all its values.
_ALL_VALUES = 10_000_000
_AGGREGATIONS = {
    field: {"terms": {"field": field, "size": DEPTH, "segment_size": _ALL_VALUES}}
    for field in FACETS
}


def write(corpus: Path, folder: Path) -> None:
    """Index a corpus into a new folder."""
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(_HEAP_BYTES, num_threads=2)
    for number, row in enumerate(rows(corpus)):
        writer.add_document(
            tantivy.Document(
                text=" ".join(row.tokens), number=number, moment=row.moment, **row.keywords
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def reader(folder: Path) -> Ask:
    """Open the index for questions."""
    schema = _schema()
    searcher = tantivy.Index.open(str(folder)).searcher()

    def term(field: str, word: str) -> Query:
        return Query.term_query(schema, field, word, "freq")

    def query(question: Question) -> Query:
        kind, words, country = question
        if kind == "phrase":
            return Query.phrase_query(schema, "text", list(words))
        if kind == "prefix":
            return Query.regex_query(schema, "text", f"{words[0]}.*")
        terms = [term("text", word) for word in words]
        if country:
            filtered = Query.const_score_query(term("country", country), 0.0)
            return Query.boolean_query([(Occur.Must, one) for one in (*terms, filtered)])
        if len(terms) == 1:
            return terms[0]
        occur = Occur.Must if kind in ("and", "person+noun") else Occur.Should
        return Query.boolean_query([(occur, one) for one in terms])

    def ask(question: Question, total: bool) -> Answer:
        asked = query(question)
        order = "moment" if question.kind == "newest" else None
        found = searcher.search(asked, DEPTH, count=total, order_by_field=order)
        hits = searcher.fast_field_values("number", [address for _, address in found.hits])
        if question.kind != "facets":
            return Answer(hits, found.count if total else None)
        tables = searcher.aggregate(asked, _AGGREGATIONS)
        counts = [[value["doc_count"] for value in tables[f]["buckets"]] for f in FACETS]
        return Answer(hits, found.count, counts)

    return ask


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="position")
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("moment", fast=True)
    for field in KEYWORDS:
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()
