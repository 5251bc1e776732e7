"""Long results page by page, in the order of the commit with which they began."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from http import HTTPStatus
from itertools import islice

from msgspec import UNSET
from msgspec.structs import replace
from starlette.exceptions import HTTPException

import search
from index.errors import QueryError
from index.messages import gettext
from search.web.engines import Engines

# From one page to the next.
KEPT_S = 300.0
# Each holds a few numbers for every article that answers: tens of megabytes for a million.
_MOST = 16
BEGINNING = "*"
# Where a result stands that has no next page: no page has the number behind it.
_ENDED = -2


class Cursors:
    """The results that are being read; the one unused longest ends where there are too many."""

    def __init__(self, engines: Engines, clock: Callable[[], float] = time.monotonic) -> None:
        self._engines = engines
        self._clock = clock
        self._open: OrderedDict[str, _Cursor] = OrderedDict()  # the last used last
        self._lock = threading.Lock()

    def page(self, cursor: str, request: search.Request, *, repeated: bool) -> search.Response:
        """The next hits, and the cursor behind them unless they are the last.

        `request` is the question where the cursor is `*`; else, where it is `repeated`, the same
        one. Raises HTTPException, 410, for a cursor that is over, and QueryError.
        """
        if cursor == BEGINNING:
            return self._begin(request)
        self.end_unused()
        key, _, number = cursor.partition(".")
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                found.used_at = self._clock()
                self._open.move_to_end(key)
        if found is None or not number.isdecimal() or len(number) > len(str(1 << 62)):
            raise _over()
        if repeated and found.request != _listed(request):
            raise QueryError(
                gettext("another question than the cursor's; begin it with *"), option="cursor"
            )
        return found.page(int(number))

    def _begin(self, request: search.Request) -> search.Response:
        if request.offset or not request.limit:
            raise QueryError(
                gettext("a cursor begins at the first hit and needs a limit"), option="cursor"
            )
        begun = _Cursor(self._engines, _listed(request), request.limit, self._clock())
        with self._lock:
            self._open[begun.key] = begun
            ended = [self._open.popitem(last=False)[1]] if len(self._open) > _MOST else []
        for one in ended:
            one.close()
        return begun.page(1)

    def end_unused(self) -> None:
        """End those of which no page was asked for in time."""
        with self._lock:
            since = self._clock() - KEPT_S
            ended = [key for key, one in self._open.items() if one.used_at < since]
            cursors = [self._open.pop(key) for key in ended]
        for one in cursors:
            one.close()

    def close(self) -> None:
        """End all."""
        with self._lock:
            cursors = list(self._open.values())
            self._open.clear()
        for one in cursors:
            one.close()


class _Cursor:
    """A result that is being read: the rest of it, and the page that was told last."""

    def __init__(
        self, engines: Engines, request: search.Request, page_hits: int, used_at: float
    ) -> None:
        self.key = secrets.token_urlsafe(12)
        self.request = request
        self.used_at = used_at
        self._page_hits = page_hits
        self._lock = threading.Lock()
        self._number = 0
        self._told: search.Response | None = None
        self._told_at = ""
        with ExitStack() as stack:
            self._engine = stack.enter_context(engines.current())
            self._scan = self._engine.scan(request)
            self._opened = stack.pop_all()

    def page(self, number: int) -> search.Response:
        """The page after the last one, or that again, for who did not receive it."""
        with self._lock:
            if number == self._number and self._told is not None:
                # What was taken down meanwhile is not told again.
                if self._told_at != self._engine.state_tag():
                    raise _over()
                return self._told
            if number != self._number + 1:
                raise _over()
            self._told_at = self._engine.state_tag()
            # A list that fails has no rest: asked again, it would end as if nothing were missing.
            self._number, self._told = _ENDED, None
            self._told = self._next(number)
            self._number = number
            return self._told

    def _next(self, number: int) -> search.Response:
        started = time.perf_counter()
        hits = list(islice(self._scan, self._page_hits))
        return search.Response(
            archive=self._scan.archive,
            query=self._scan.query,
            total=self._scan.total,
            stories=None,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
            hits=hits,
            facets={},
            suggestion=None,
            warnings=self._scan.warnings,
            # Who has fewer than were asked for has the last.
            cursor=f"{self.key}.{number + 1}" if len(hits) == self._page_hits else UNSET,
        )

    def close(self) -> None:
        """Let the commit go, when nobody reads a page of it any more."""
        with self._lock:
            self._number, self._told = _ENDED, None
            self._opened.close()


def _listed(request: search.Request) -> search.Request:
    """The question as a cursor lists it: every article, and no counts."""
    return replace(request, limit=None, facets=(), related=False)


def _over() -> HTTPException:
    return HTTPException(
        HTTPStatus.GONE,
        gettext(
            "this cursor is over, {minutes:g} minutes after its last page or earlier;"
            " begin again with cursor=*",
            minutes=KEPT_S / 60,
        ),
    )
