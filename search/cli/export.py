"""cakap-search export: every article as JSON Lines."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from index.messages import gettext
from search.cli.options import EXIT_REJECTED, Settings, warn
from search.formats import escaped_json


def run(
    settings: Settings,
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Else to standard output.")
    ] = None,
    versions: Annotated[bool, typer.Option("--all-versions", help="Past versions too.")] = False,
    since: Annotated[
        int, typer.Option("--since", metavar="SEQ", help="Only versions after this change.")
    ] = 0,
    enriched: Annotated[
        bool, typer.Option("--enriched", help="With what was read in them: spares doing it again.")
    ] = False,
) -> None:
    """Write every article as a line of JSON that `index` reads back as it was."""
    from index.archive import open_archive
    from index.export import export

    damaged = 0
    with open_archive(settings.folder) as archive, _opened(path) as out:
        for line in export(archive, since=since, all_versions=versions, enriched=enriched):
            if isinstance(line, bytes):
                out.write(escaped_json(line).encode())
            else:
                damaged += 1
                warn(gettext("left out: {line}", line=line))
    if damaged:
        raise typer.Exit(EXIT_REJECTED)


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that gets its name when it is whole."""
    if path is None:
        yield sys.stdout.buffer
        return
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
