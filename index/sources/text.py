"""Plain text: a body, and a title where the first line looks like one."""

import re

from index.article import Article
from index.config import Config
from index.errors import SourceError
from index.messages import gettext
from index.sources.encoding import clean, decode

# Of 38,230 Indonesian news titles, 4 are longer.
_MAX_TITLE_CHARS = 150
_SENTENCE_END = re.compile(r"[.…]\W*$")


def begins(start: str, config: Config) -> bool:  # noqa: ARG001  as every format
    """Whether a content that begins so is text, once no other format wants it."""
    return not start.startswith("<?xml")


def read(payload: bytes, config: Config) -> Article:  # noqa: ARG001  as every format
    """The text as the body. A first line is the title when a blank line follows it, it is at
    most 150 characters long and does not end like a sentence.
    """
    text = clean(decode(payload)).strip()
    if not text:
        raise SourceError(gettext("empty"))
    first, _, rest = text.partition("\n")
    is_title = (
        re.match(r"[^\S\n]*\n", rest)
        and len(first) <= _MAX_TITLE_CHARS
        and not _SENTENCE_END.search(first)
    )
    if is_title:
        return Article(title=first.strip(), body=rest.strip())
    return Article(body=text)
