"""cakap-search annotate: what is read in a text, without indexing it."""

import codecs
import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from index.errors import SourceError
from index.messages import gettext
from search.cli.options import EXIT_REJECTED, Settings, tell_rejected
from search.cli.output import print_json


def run(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A file, or - for stdin.")],
    settings: Settings,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text", "date"} a line, write the same.')
    ] = False,
) -> None:
    """Print title, date, countries, people, dates and agencies of each text, as JSON."""
    from index.archive import Content
    from index.enrich.article import enrich
    from index.sources import Input, PassedOver, Record, inputs, read_article, records
    from search.record import annotated, annotation

    encode = msgspec.json.Encoder().encode
    if jsonl:
        for given in read_json_lines(file):
            date = str(given["date"]) if given.get("date") else None
            told = annotated(given["text"], date, settings.config)
            print_json(encode({"id": given.get("id"), **msgspec.structs.asdict(told)}))
        return
    for source in inputs([file]):
        if not isinstance(source, Input):
            raise SourceError(gettext("{path}: not a file that can be read", path=source.path))
        for record in records(source, settings.config):
            if isinstance(record, PassedOver):
                continue
            if not isinstance(record, Record):
                raise SourceError(f"{file}: {record.reason}")
            article = read_article(record, settings.config)
            content = Content(article, enrich(article, settings.config))
            print_json(msgspec.json.format(encode(annotation(content))))


def read_json_lines(file: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file or stdin, each with a `text`.

    Other lines are told on stderr; after the last line they end the program with EXIT_REJECTED.
    """
    lines = sys.stdin.buffer if file == "-" else _open(file)
    rejected = False
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        try:
            given = _decoded(line)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            reason = gettext("not valid JSON ({error})", error=error)
        else:
            if isinstance(given, dict) and isinstance(given.get("text"), str):
                yield given
                continue
            reason = gettext('needs an object with a "text"')
        tell_rejected(f"{file}:{number}: {reason}")
        rejected = True
    if rejected:
        raise typer.Exit(EXIT_REJECTED)


def _decoded(line: bytes) -> Any:
    """The JSON value of a line. Half an emoji, which a cut text may end with, is U+FFFD."""
    if b"\\ud" not in line.lower():
        return msgspec.json.decode(line)
    text = json.dumps(json.loads(line), ensure_ascii=False)
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _open(file: str) -> BinaryIO:
    try:
        return open(file, "rb")
    except OSError as error:
        raise SourceError(
            gettext("{path}: cannot be read ({error})", path=file, error=error.strerror)
        ) from error
