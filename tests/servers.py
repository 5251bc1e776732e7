"""A server on loopback in a thread of the test, where what it waits for can be shortened."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import ASGIApp

from index.config import Config
from search.web import server
from search.web.app import application


@contextmanager
def serving(archive: Path, config: Config | None = None) -> Iterator[tuple[str, int]]:
    """The address of a server of an archive; its end answers what is at work."""
    with serving_application(application(archive, config or Config())) as address:
        yield address


@contextmanager
def serving_application(app: ASGIApp) -> Iterator[tuple[str, int]]:
    """The address of a server of any application."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = server.server_of(app)
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    try:
        while not running.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield listening.getsockname()
    finally:
        running.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def sent(address: tuple[str, int], *pieces: bytes, timeout_s: float = 30.0) -> bytes:
    """All that a server sends to who sends these bytes, and nothing more, until it hangs up."""
    with socket.create_connection(address, timeout_s) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        try:
            while piece := connection.recv(1 << 16):
                received += piece
        except ConnectionResetError:
            pass
        return received


def asked(address: tuple[str, int], target: str, *headers: str) -> bytes:
    """The whole answer to a GET of this very target, which no client has tidied up."""
    lines = [f"GET {target} HTTP/1.1", "Host: arsip.example", "Connection: close", *headers]
    return sent(address, "\r\n".join([*lines, "", ""]).encode("latin-1"))
