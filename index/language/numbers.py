"""Numbers and amounts in one form: 5,5 miliar dolar AS is US$ 5.500 juta."""

import re
from typing import NamedTuple

# 1.000 and 1.234.567,8; other points and commas divide decimals, times and dates.
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_IN_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

# The zeros that a word adds.
_MAGNITUDES = {
    **dict.fromkeys(("ribu", "rb"), 3),
    **dict.fromkeys(("juta", "jt", "million"), 6),
    **dict.fromkeys(("miliar", "milyar", "billion"), 9),
    **dict.fromkeys(("triliun", "trilyun", "trillion"), 12),
}
# The letters that stand for them only behind a currency: Rp 1,2 T.
_INITIALS = {"M": 9, "T": 12}

_CURRENCIES = {
    **dict.fromkeys(("rp", "rupiah", "idr"), "idr"),
    **dict.fromkeys(("$", "us$", "usd", "dolar", "dollar"), "usd"),
    **dict.fromkeys(("s$", "sgd"), "sgd"),
    **dict.fromkeys(("a$", "aud"), "aud"),
    **dict.fromkeys(("hk$", "hkd"), "hkd"),
    **dict.fromkeys(("€", "eur", "euro"), "eur"),
    **dict.fromkeys(("£", "gbp", "pound", "poundsterling"), "gbp"),
    **dict.fromkeys(("¥", "jpy", "yen"), "jpy"),
    **dict.fromkeys(("cny", "yuan"), "cny"),
    **dict.fromkeys(("rm", "myr", "ringgit"), "myr"),
    **dict.fromkeys(("krw", "won"), "krw"),
    **dict.fromkeys(("thb", "baht"), "thb"),
    **dict.fromkeys(("rub", "rubel"), "rub"),
    **dict.fromkeys(("sar", "riyal"), "sar"),
    **dict.fromkeys(("inr", "rupee"), "inr"),
}
_UNITS = frozenset(("%", "persen", *_MAGNITUDES, *_CURRENCIES))
# The last letters of those that stand before a number: Rp, USD, IDR, RM, $.
_SIGN_ENDS = frozenset("$€£¥pPDRM")
# Whose dollar it is; of the United States where nothing is said.
_DOLLARS = {
    **dict.fromkeys(("as", "amerika", "amerika serikat"), "usd"),
    **dict.fromkeys(("hong kong", "hongkong"), "hkd"),
    "singapura": "sgd",
    "australia": "aud",
    "kanada": "cad",
    "taiwan": "twd",
}
_WHOSE = re.compile(rf"\s({'|'.join(sorted(_DOLLARS, reverse=True))})(?!\w)", re.IGNORECASE)

_SIGN = re.compile(r"(?<![^\W\d_])([A-Za-z]{0,3}[$€£¥]?)\.?\s?\Z")
_SIGN_CHARS = 6  # "USD. ", and the letter before, with which it is another word
_NEXT = re.compile(r"\s?(%|[A-Za-z]+)(?!\w)")


class Amount(NamedTuple):
    """An expression at `start:end` of a text, half-open, and the terms that it is indexed by.

    The last term says most; before it stands its value without currency, where the number alone
    does not say it: 5,5 miliar dolar is 5500000000 and 5500000000usd.
    """

    terms: tuple[str, ...]
    start: int
    end: int


def plain_number(word: str) -> str:
    """A number without the points between its thousands: 1.000 is 1000.

    Any other word or number stays as it is: 5,5 and 10.30 and 007.
    """
    if _GROUPED.fullmatch(word):
        return word.replace(".", "")
    if _GROUPED_IN_ENGLISH.fullmatch(word):
        return word.replace(",", "").replace(".", ",")
    return word


def amount_at(text: str, start: int, end: int) -> Amount | None:
    """The amount around the number at `text[start:end]`: with a magnitude, currency or percent.

    None for a bare number. A dollar is that of the United States unless its country is named.
    """
    after = _NEXT.match(text, end)
    word = after[1].lower() if after else ""
    signed = not _SIGN_ENDS.isdisjoint(text[max(0, start - 3) : start])
    if not signed and word not in _UNITS:  # nine of ten numbers, soonest
        return None
    number = _NUMBER.fullmatch(plain_number(text[start:end]))
    if number is None:
        return None
    if after and word in ("%", "persen"):
        return Amount((_shifted(number[0], 0) + "%",), start, after.end())
    sign = _SIGN.search(text, max(0, start - _SIGN_CHARS), start) if signed else None
    currency = _CURRENCIES.get(sign[1].lower()) if sign else None
    zeros = _MAGNITUDES.get(word, 0)
    if after and currency and not zeros:
        zeros = _INITIALS.get(after[1], 0)
    if after and zeros:
        end = after.end()
        after = _NEXT.match(text, end)
        word = after[1].lower() if after else ""
    if sign and currency:
        start = sign.start()
    elif after and (currency := _CURRENCIES.get(word)):
        end = after.end()
        if currency == "usd" and (whose := _WHOSE.match(text, end)):
            currency, end = _DOLLARS[whose[1].lower()], whose.end()
    if not (zeros or currency):
        return None
    value = _shifted(number[0], zeros)
    terms = [value] if value != number[0] else []
    if currency:
        terms.append(value + currency)
    return Amount(tuple(terms), start, end)


def _shifted(number: str, zeros: int) -> str:
    """The number times ten to the power `zeros`, with a decimal comma where one is left."""
    whole, _, decimals = number.replace(".", ",").partition(",")
    decimals = decimals.ljust(zeros, "0")
    whole, decimals = (whole + decimals[:zeros]).lstrip("0") or "0", decimals[zeros:].rstrip("0")
    return f"{whole},{decimals}" if decimals else whole
