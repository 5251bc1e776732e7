"""The one error tree. Only the command line turns an error into an exit
code, and only the web server into a status.

A message names the place and the remedy; it is shown to people as it stands.
"""

import re
from typing import Literal

# What makes a terminal do more than show a letter: controls, bidi marks, half characters.
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class CakapError(Exception):
    """Anything that this project reports on purpose."""


class ConfigError(CakapError):
    """The configuration cannot be used as it stands."""


class SourceError(CakapError):
    """An input, or one record of it, cannot be read as an article."""


class QueryError(CakapError):
    """A question asks for the impossible at `start:end` (code points of the question), or with a
    value of `option`.
    """

    def __init__(self, message: str, start: int = 0, end: int = 0, *, option: str = "") -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.option = option


class ArchiveError(CakapError):
    """The archive or its index is not usable now; `kind` says in which way."""

    def __init__(
        self, message: str, kind: Literal["missing", "locked", "stale", "damaged"]
    ) -> None:
        super().__init__(message)
        self.kind = kind


class EngineUnavailable(CakapError):  # noqa: N818  the name that the design gives it
    """The engine cannot be reached."""


def printable(line: str) -> str:
    """A line of a message with the controls in it escaped, as in `\\x1b`; so that no title, path
    or column that it quotes commands the terminal.
    """
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), line)
