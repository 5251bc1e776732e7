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
from search.results import (
    Completion,
    Facet,
    FacetResult,
    FacetValue,
    Hit,
    Related,
    Request,
    Response,
    Scan,
    Similar,
    Snippet,
    Timeline,
)

__all__ = [
    "ArchiveError",
    "CakapError",
    "Completion",
    "ConfigError",
    "Engine",
    "EngineUnavailable",
    "Facet",
    "FacetResult",
    "FacetValue",
    "Hit",
    "QueryError",
    "Related",
    "Request",
    "Response",
    "Scan",
    "Similar",
    "Snippet",
    "SourceError",
    "Timeline",
    "open",
]
