"""THE field table. Segments, the Whoosh schema, filters, facets and columns derive from it.

Text is searched through two fields over title and body together: `stem` (no stop words) and
`surface` (every word as written, folded, with positions). Blending title and body in one field
saturates their frequencies together, and an article without a title loses nothing by it.
"""

from enum import Enum

import msgspec

from index.messages import noop


class Kind(Enum):
    """How a field is indexed."""

    TEXT = "text"
    KEYWORD = "keyword"


class Field(msgspec.Struct, frozen=True):
    """One field of an article in the index. `label` is its name for people."""

    name: str
    kind: Kind
    label: str
    positions: bool = False
    multiple: bool = False
    aliases: tuple[str, ...] = ()


STEM = Field("stem", Kind.TEXT, "stems")
SURFACE = Field("surface", Kind.TEXT, "words", positions=True)
COUNTRY = Field("country", Kind.KEYWORD, noop("Country"), multiple=True, aliases=("negara",))
PERSON = Field("person", Kind.KEYWORD, noop("Person"), multiple=True, aliases=("orang", "tokoh"))
DATE = Field("date", Kind.KEYWORD, noop("Date"), aliases=("tanggal",))
SOURCE = Field("source", Kind.KEYWORD, noop("Source"), aliases=("sumber",))
CATEGORY = Field("category", Kind.KEYWORD, noop("Category"), aliases=("rubrik",))
AGENCY = Field("agency", Kind.KEYWORD, noop("Agency"), multiple=True, aliases=("kantor",))
AUTHOR = Field("author", Kind.KEYWORD, noop("Author"), multiple=True, aliases=("penulis",))
# Who the article shows in which office, `office|country|name`; for expansion, not for people.
OFFICE = Field("office", Kind.KEYWORD, "Office", multiple=True)

TEXT_FIELDS = (STEM, SURFACE)
KEYWORD_FIELDS = (COUNTRY, PERSON, DATE, SOURCE, CATEGORY, AGENCY, AUTHOR)
COLUMNS = (*KEYWORD_FIELDS, OFFICE)
KEYWORDS = {field.name: field for field in KEYWORD_FIELDS}

# Title and body share the positions of one field. The gap keeps a phrase from running
# from the end of the title into the body.
TITLE_BODY_GAP = 64
