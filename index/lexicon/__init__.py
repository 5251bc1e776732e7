"""Word lists and weights, each headed by its source and licence."""

from pathlib import Path


def lexicon_text(name: str) -> str:
    """The text of one file here."""
    return Path(__file__).with_name(name).read_text("utf-8")


def lexicon_lines(name: str) -> list[str]:
    """The lines of one file here, without its comments."""
    return [line for line in lexicon_text(name).splitlines() if line and line[0] != "#"]
