"""Ask questions of an archive of Indonesian news.

import search

with search.open("archive/") as engine:
    response = engine.search(search.Request("Lavrov senjata", filters={"country": ["VE"]}))
"""

from search.engine import Engine, open
from search.results import Facet, FacetResult, FacetValue, Hit, Request, Response, Scan, Snippet

__all__ = [
    "Engine",
    "Facet",
    "FacetResult",
    "FacetValue",
    "Hit",
    "Request",
    "Response",
    "Scan",
    "Snippet",
    "open",
]
