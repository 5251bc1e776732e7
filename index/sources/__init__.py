"""Inputs, the records they hold, and the articles that are read from records."""

from index.sources.formats import read_article, records
from index.sources.inputs import UnknownType, inputs
from index.sources.record import Input, Record, Reject, Unreadable

__all__ = [
    "Input",
    "Record",
    "Reject",
    "UnknownType",
    "Unreadable",
    "inputs",
    "read_article",
    "records",
]
