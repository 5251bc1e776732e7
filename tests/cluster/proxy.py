"""A TLS proxy with names and passwords before a node, as a cluster's security has them."""

import base64
import contextlib
import http.client
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import trustme

_TIMEOUT_S = 60.0


class User(NamedTuple):
    """A password, and whether the user has a role that allows anything."""

    password: str
    allowed: bool = True


class Proxy:
    """Passes requests on to a node while it is entered, over TLS, for users that it knows.

    The certificate is for `localhost` and made by an authority of its own, whose certificate is
    the file `ca_file`. Who is not known gets 401, who has no role 403, with bodies as OpenSearch's
    security plugin sends them.
    """

    def __init__(self, folder: Path, port: int, users: Mapping[str, User]) -> None:
        """`port` is the node's."""
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self._server = _Server(("127.0.0.1", 0), _handler(port, users))
        self._server.context = context
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        # Here, in the connection's own thread: a slow or foreign client holds up no other.
        request.settimeout(_TIMEOUT_S)
        with (
            contextlib.suppress(OSError),  # a client that does not trust us goes away
            self.context.wrap_socket(request, server_side=True) as secure,
        ):
            super().finish_request(secure, client_address)


def _handler(port: int, users: Mapping[str, User]) -> type[BaseHTTPRequestHandler]:
    known = {
        "Basic " + base64.b64encode(f"{name}:{user.password}".encode()).decode(): user
        for name, user in users.items()
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            user = known.get(self.headers.get("Authorization", ""))
            if user is None:
                self._answer(401, b"Unauthorized", "text/plain")
            elif not user.allowed:
                reason = b'"no permissions for [indices:data/read/search]"'
                cause = b'{"type":"security_exception","reason":' + reason + b"}"
                error = b'{"root_cause":[' + cause + b'],"type":"security_exception","reason":'
                whole = b'{"error":' + error + reason + b'},"status":403}'
                self._answer(403, whole, "application/json")
            else:
                self._pass_on(body)

        def _pass_on(self, body: bytes) -> None:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("authorization", "connection", "host")
            }
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
            try:
                connection.request(self.command, self.path, body, headers)
                response = connection.getresponse()
                content = response.read()
                self._answer(
                    response.status,
                    content,
                    response.getheader("Content-Type", "application/json"),
                    response.getheader("Content-Encoding"),
                )
            except OSError as error:
                self._answer(502, str(error).encode(), "text/plain")
            finally:
                connection.close()

        def _answer(
            self, status: int, content: bytes, kind: str, encoding: str | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if encoding:
                self.send_header("Content-Encoding", encoding)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="OpenSearch Security"')
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: a refused client is what the tests want."""

        do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = handle_any  # noqa: N815

    return Handler
