"""Markdown, with or without YAML front matter."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources import fields
from index.sources.encoding import clean, decode

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?)^(?:---|\.\.\.)[^\S\n]*$", re.DOTALL | re.MULTILINE)


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so has front matter."""
    return start.partition("\n")[0].rstrip() == "---"


def read(payload: bytes, config: Config) -> Article:
    """The Markdown as readable text. The front matter has the field names of JSON.

    Without a title there, the first heading of level one is the title. Links keep their text,
    images are dropped. Broken front matter raises SourceError with the line.
    """
    from markdown_it import MarkdownIt

    text = clean(decode(payload)).strip()
    meta: dict[str, Any] = {}
    if (match := _FRONT_MATTER.match(text)) and isinstance(said := _yaml(match[1]), dict):
        meta, text = said, text[match.end() :]
    heading, lines = None, []
    for level, line in _blocks(MarkdownIt("commonmark").parse(text)):
        if level == "h1" and heading is None:
            heading = clean(line).strip() or None  # an entity may stand for anything
        elif line:
            lines.append(line)
    if not lines:
        raise SourceError(
            gettext("no text below the title") if heading or meta else gettext("empty")
        )
    article = fields.article(meta, config, body=clean("\n".join(lines)))
    if article.title is None:
        return msgspec.structs.replace(article, title=heading)
    if heading and heading != article.title:
        return msgspec.structs.replace(article, body=f"{heading}\n{article.body}")
    return article


def _yaml(source: str) -> Any:
    """Every scalar stays the string that was written: no date, number or `no` is made of it."""
    import yaml

    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(source)):
            raise SourceError(
                gettext("front matter holds a YAML alias, which could unfold without end")
            )
        return yaml.load(source, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The lines are counted from the first of the file, which is the mark `---`.
        line = gettext(" in line {line}", line=mark.line + 2) if mark else ""
        problem = getattr(error, "problem", None) or error
        raise SourceError(
            gettext("front matter is not valid YAML{line} ({problem})", line=line, problem=problem)
        ) from error


def _blocks(tokens: "list[Token]") -> Iterator[tuple[str, str]]:
    """Each block's tag and text."""
    tag = ""
    for token in tokens:
        if token.type == "inline":
            yield tag, "".join(map(_inline, token.children or ())).strip()
        elif token.type in ("fence", "code_block"):
            yield token.tag, token.content.strip()
        elif token.type == "html_block":
            yield token.tag, fields.html_text(token.content)
        else:
            tag = token.tag


def _inline(token: "Token") -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, "")
