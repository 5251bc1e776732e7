"""Ask questions of an archive of Indonesian news.

import search

with search.open("archive/") as engine:
    response = engine.search(search.Request("Lavrov senjata", filters={"country": ["VE"]}))
"""

from index.errors import (
    ArchiveError,
    CakapError,
    ConfigError,
    EngineUnavailable,
    QueryError,
    SourceError,
)
from search.engine import Engine, open
from search.results import Facet, FacetResult, FacetValue, Hit, Request, Response, Scan, Snippet

__all__ = [
    "ArchiveError",
    "CakapError",
    "ConfigError",
    "Engine",
    "EngineUnavailable",
    "Facet",
    "FacetResult",
    "FacetValue",
    "Hit",
    "QueryError",
    "Request",
    "Response",
    "Scan",
    "Snippet",
    "SourceError",
    "open",
]
