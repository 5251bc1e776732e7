"""Where the words of a text are: one regular expression, offsets into the text as it is.

It is linear in the text whatever the text: runs are possessive and repetitions bounded, so that
no start is tried at more than a fixed multiple of the text's length.
"""

import re
from collections.abc import Iterator

# Marks that belong to the letter before them (`\w` leaves them out): combining diacritics, vowel
# signs of Hebrew, Arabic, the Indic scripts, Thai, Lao, Burmese and Khmer; and what no reader
# sees: soft hyphen, joiners, direction marks.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
)
_WORD = rf"[^\W_]++(?:(?:[{_MARKS}]++|['’‘ʼ`´](?=[^\W_]))[^\W_]*+)*+"
_NUMBER = r"\d++(?:[.,]\d++)++"
_PIECE = rf"(?:{_NUMBER}|{_WORD})"
_HOST = r"(?:com|net|org|info|id|co|tv|news|gov|edu|io|me|my|sg|uk|au|us|eu|ru|cn|jp)"

_TOKEN = re.compile(
    rf"""
    (?=\w)(                                               # every word begins so: gaps, soonest
      [A-Za-z]++(?=[ ,])                                  # most words, soonest
    | (?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww]\.)[^\s<>"“”]{{0,2000}}(?<=[\w/])
    | \w{{1,64}}+(?:[.+-]\w{{1,64}}+){{0,4}}@\w++(?:[.-]\w++){{1,4}}  # an e-mail address, RFC 5321
    | [A-Za-z0-9]++(?:[.-][A-Za-z0-9]++){{0,4}}\.{_HOST}(?![\w'’-])
    | (?=[^\W_])[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]  # an ideograph is a word
    | [^\W\d_]++(?=\d++[.,]\d) | (?:[Rr][Pp]|USD)(?=\d)    # Rp5.000, SGD1,5: the unit
    | {_PIECE}(?:[-‐‑]{_PIECE}){{0,7}}                    # with its hyphens, to eight parts
    )""",
    re.VERBOSE,
)


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text in order, as matches whose spans are code points of `text`.

    Whole are a word with its inner apostrophes and diacritics (Jum'at, Guaidó), with its hyphens
    (undang-undang, Soekarno-Hatta, G-20), a number with its separators (5,5 and 1.000), an
    e-mail address, a web address and a host (detik.com). A currency is apart from its amount
    (Rp5.000). Punctuation and emoji are no words; every letter and digit of any script is in one.
    """
    return _TOKEN.finditer(text)


def pieces(text: str) -> list[str]:
    """The words of a text as `words` finds them, and what is between: gap, word, gap, …, gap."""
    return _TOKEN.split(text)
