"""One spelling for the many: lower case, no diacritics, no apostrophes."""

_DROPPED = dict.fromkeys(
    map(
        ord,
        # apostrophes and what stands for one: Jum'at, Qur`an, Ka’bah
        "'`´‘’ʻʼʾʿ＇"
        # soft hyphen, joiners and direction marks, which nobody sees and nobody types
        "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
    )
)


def fold(text: str) -> str:
    """The text in lower case and ASCII: `Guaidó` as `guaido`, `Jum'at` as `jumat`.

    Other scripts are transliterated letter by letter (Unidecode); a letter that Unidecode does
    not know stays as it is, so that no word folds to nothing. Idempotent.
    """
    lower = text.lower()
    if lower.isascii():
        return lower.replace("'", "").replace("`", "")
    from unidecode import unidecode_expect_nonascii  # 2 ms that an ASCII text need not pay

    lower = lower.translate(_DROPPED)
    letters = (c if c.isascii() else unidecode_expect_nonascii(c) or _kept(c) for c in lower)
    folded = "".join(letters).lower().replace("'", "").replace("`", "").replace('"', "")
    # Ain, alone, is an apostrophe to Unidecode.
    return "".join(folded.split()) or "".join(filter(str.isalnum, lower))


def _kept(char: str) -> str:
    """The character itself where it is a letter or digit; marks and symbols go."""
    return char if char.isalnum() else ""
