"""The process that serves: connections, their patience, and its end."""

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

# What a request that is being answered gets when the server is to end.
_LAST_S = 10
# A connection holds some 50 KB and a file descriptor, of which a process has 1,024 by default.
_MOST_CONNECTIONS = 500
# In which the head of a request has to come, and the next request on a connection.
_HEAD_S = 10.0
_BETWEEN_S = 5
# In which a reader has to take what waits for it: 64 KB, or the rest of an answer.
_TAKEN_S = 30.0
# Believed of what it forwards: X-Forwarded-For and X-Forwarded-Proto.
_PROXY = "127.0.0.1"


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve an application until SIGINT or SIGTERM; requests at work are still answered."""
    server_of(app).run(sockets=[listening])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """The server of an application, with its patience."""
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        access_log=False,
        log_level="warning",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_BETWEEN_S,
        timeout_graceful_shutdown=_LAST_S,
        forwarded_allow_ips=_PROXY,
        server_header=False,
    )
    return uvicorn.Server(config)


class _Connection(H11Protocol):
    """A connection that is cut where its client is too slow.

    uvicorn waits without end for the rest of a head, and for a reader to take an answer, so that a
    few bytes hold a connection.
    """

    _deadline: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does so for what it listens on itself. Else the end of an answer waits for the
        # reader to acknowledge its beginning, 40 ms on a connection that is kept.
        accepted = transport.get_extra_info("socket")
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline = self.loop.call_later(_HEAD_S, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._unset_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(_HEAD_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_deadline()
        self._unset_untaken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unset_untaken()
        self._untaken = self.loop.call_later(_TAKEN_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._unset_untaken()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()  # closes when what waits was taken
        self._unset_untaken()
        self._untaken = self.loop.call_later(_TAKEN_S, self.transport.abort)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _unset_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _unset_untaken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._is_answering():
            self.transport.abort()
