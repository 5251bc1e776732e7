"""cakap-search serve: the search page and the HTTP API."""

import socket
from typing import Annotated

import typer

from index.errors import ConfigError
from index.messages import gettext
from search.cli.options import Settings, warn


def run(
    settings: Settings,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; 0.0.0.0: every one.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: any free one.")
    ] = 8000,
) -> None:
    """Serve the search page and the HTTP API until Ctrl-C.

    New commits are seen within a second. Whoever reaches the address can read the archive, unless
    the configuration asks for tokens.
    """
    try:
        from search.web import server
        from search.web.app import application
    except ModuleNotFoundError as error:
        raise ConfigError(
            gettext(
                "`serve` needs the extra `web` ({name} is missing): pip install "
                "'cakap-search[web]', or '.[web]' in a clone",
                name=error.name,
            )
        ) from error

    app = application(settings.folder, settings.config)
    listening = _listening(host, port)
    address, bound, *_ = listening.getsockname()
    if not settings.quiet:
        shown = f"[{address}]" if ":" in address else address
        warn(
            gettext(
                "serving {folder} at http://{address}:{port}/ (Ctrl-C ends it)",
                folder=settings.folder,
                address=shown,
                port=bound,
            )
        )
    server.run(app, listening)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            gettext(
                "{host}:{port} cannot be listened on ({error}); choose another "
                "with --port or --host",
                host=host,
                port=port,
                error=error.strerror,
            )
        ) from error
