"""cakap-search analyze: the tokens of a text, as they are indexed."""

import sys
from typing import Annotated, Any

import msgspec
import typer

from index.messages import gettext, noop
from search.cli.options import Settings
from search.cli.output import plain, print_json

_HEADINGS = (noop("position"), noop("place"), noop("surface"), noop("term"))


def run(
    text: Annotated[str, typer.Argument(metavar="TEXT|-", help="A text, or - for stdin.")],
    settings: Settings,  # noqa: ARG001  every command takes the common options
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text"} a line, write {"id", "tokens"}.')
    ] = False,
) -> None:
    """Print each token: the term that is indexed, surface, position and place in the text."""
    from index.sources.encoding import decode
    from search.cli.annotate import read_json_lines

    if jsonl:
        encode = msgspec.json.Encoder().encode
        for given in read_json_lines(text):
            line = {"id": given.get("id"), "tokens": tokens(given["text"])}
            print_json(encode(line))
        return
    rows = tokens(decode(sys.stdin.buffer.read()) if text == "-" else text)
    position, place, surface, term = map(gettext, _HEADINGS)
    print(f"{position:>8}  {place:>9}  {surface:<24}  {term}")
    for row in rows:
        place = f"{row['start']}-{row['end']}"
        term = gettext("(stop word)") if row.get("stop_word") else row["term"]
        print(plain(f"{row['position']:>8}  {place:>9}  {row['surface']:<24}  {term}"))


def tokens(text: str) -> list[dict[str, Any]]:
    """The tokens of a text. A stop word has no stem: its term is its surface, and it says so."""
    from index.language.analyzer import analyze

    return [
        {
            "term": token.surface if token.stem is None else token.stem,
            "surface": token.surface,
            "position": token.position,
            "start": token.start,
            "end": token.end,
            **({"stop_word": True} if token.stem is None else {}),
        }
        for token in analyze(text)
    ]
