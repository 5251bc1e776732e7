"""Messages: that each has its Indonesian form, is in use, and can be said in both languages."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from index.indonesian import MESSAGES

PROJECT = Path(__file__).parents[1]
SOURCES = sorted(
    path for folder in ("index", "search") for path in (PROJECT / folder).rglob("*.py")
)
TEMPLATES = sorted((PROJECT / "search" / "web" / "templates").iterdir())
# What says something to people, and the place of the message among its arguments.
SAYING = {
    "CakapError": 0,
    "ConfigError": 0,
    "SourceError": 0,
    "QueryError": 0,
    "ArchiveError": 0,
    "EngineUnavailable": 0,
    "HTTPException": 1,
    "Reject": 1,
    "Unreadable": 1,
    "warn": 0,
    "fail": 0,
    "report": 0,
    "note": 0,
    "tell_rejected": 0,
    "bold": 0,
    "dim": 0,
    "plain": 0,
    "print": 0,
}


@functools.cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call in a file, with the name of what is called."""
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    found = [node for node in tree if isinstance(node, ast.Call)]
    return [(getattr(one.func, "id", getattr(one.func, "attr", "")), one) for one in found]


def literals(path: Path) -> Iterator[str]:
    """The messages that a file names."""
    for name, call in calls(path):
        count = {"gettext": 1, "noop": 1, "ngettext": 2}.get(name, 0)
        for argument in call.args[:count]:
            if isinstance(argument, ast.Constant):
                yield argument.value


def template_literals(path: Path) -> Iterator[str]:
    """The messages that a template names: in `_("…")`, or in a loop, to be translated there."""
    tree = Environment().parse(path.read_text("utf-8"))
    for _, _, message in extract_from_ast(tree, ("_",)):
        named = message[0] if isinstance(message, tuple) else message
        if named is not None:
            yield named
    for loop in tree.find_all(nodes.For):
        if any(call.args and isinstance(call.args[0], nodes.Name) for call in said_in(loop)):
            for constant in loop.iter.find_all(nodes.Const):
                if constant.value[:1].isupper():
                    yield constant.value


def said_in(loop: nodes.For) -> Iterator[nodes.Call]:
    for call in loop.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            yield call


def in_english(node: ast.expr) -> bool:
    """Whether an expression is words of its own rather than a message or a value."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.Constant):
        parts = [node.value]
    elif isinstance(node, ast.BinOp):
        return in_english(node.left) or in_english(node.right)
    elif isinstance(node, ast.IfExp):
        return in_english(node.body) or in_english(node.orelse)
    else:
        return False
    return any(len(word) > 2 and word.isalpha() for part in parts for word in str(part).split())


def test_every_message_has_an_indonesian_form_and_each_is_used() -> None:
    named = {message for path in SOURCES for message in literals(path)}
    named |= {message for path in TEMPLATES for message in template_literals(path)}
    assert named - MESSAGES.keys() == set()
    assert MESSAGES.keys() - named == set()


def test_nothing_is_said_to_people_but_through_a_message() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{call.lineno}: {ast.unparse(call.args[SAYING[name]])}"
        for path in SOURCES
        for name, call in calls(path)
        if len(call.args) > SAYING.get(name, 99) and in_english(call.args[SAYING[name]])
    ]
    assert found == []


def test_both_forms_of_a_message_have_the_same_gaps() -> None:
    for english, indonesian in MESSAGES.items():
        assert gaps(english) == gaps(indonesian), english


def gaps(message: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted(gap for _, *gap in Formatter().parse(message) if gap[0] is not None)
