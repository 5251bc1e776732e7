"""Inputs, the records they hold, and the articles that are read from records."""

from index.sources.formats import read_article, records
from index.sources.inputs import UnknownType, inputs, members
from index.sources.record import Input, PassedOver, Record, Reject, Unreadable

__all__ = [
    "Input",
    "PassedOver",
    "Record",
    "Reject",
    "UnknownType",
    "Unreadable",
    "inputs",
    "members",
    "read_article",
    "records",
]
