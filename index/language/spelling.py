"""Names in the spellings of before 1972, in today's: Soekarno is Sukarno.

Van Ophuijsen's spelling (1901) writes *oe* for u; it and the Republican one (1947) write *tj*,
*dj* and *j* for c, j and y. The spelling of 1972 (Ejaan Yang Disempurnakan) changed words; people
and firms may keep the old letters in their names.
"""

import re
from functools import lru_cache

# A bare j is y only beside an old letter: Tjahjo is Cahyo, but Joko is no Yoko. No old letters:
# Ditjen, which is short for Direktorat Jenderal, and a final oe (Chloe).
_OLD = re.compile(r"oe(?=[^\Waeiou])|[td]j(?=[aeiou])(?!en$)")
_TODAY = {"oe": "u", "tj": "c", "dj": "j", "j": "y"}
_LETTER = re.compile(rf"{_OLD.pattern}|j")

# Foreign names and firms that would meet a common word or name (Koeman: *kuman*, Djarum:
# *jarum*); by hand, among the words that the rule changes in 19,000 news articles.
_KEPT = frozenset(
    (
        *("boer", "djanur", "djarum", "doesn", "goes", "joel", "koeman", "moen", "noel", "noen"),
        *("oecd", "radja", "soes", "toer"),
    )
)


@lru_cache(maxsize=200_000)
def modern_spelling(word: str) -> str:
    """A folded word with its old letters replaced by today's; most words are as they were.

    Every word goes the same way in text and question, so a foreign word that merely looks old
    (Phoenix) is still found.
    """
    if word in _KEPT or _OLD.search(word) is None:
        return word
    return _LETTER.sub(lambda letter: _TODAY[letter[0]], word)
