"""Addresses that differ from the one asked for in one thing; all state of a page is in them."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_plus, urlsplit

from index.schema import KEYWORDS


class Address(NamedTuple):
    """The parameters of an address, in their order. Copies start at the first page of hits."""

    pairs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "?" + "&".join(map(_encoded, self.pairs))

    def __html__(self) -> str:
        # Nothing else of what may stand in an encoded address means anything in HTML.
        return str(self).replace("&", "&amp;")

    def values(self, name: str) -> list[str]:
        """The values of a parameter."""
        return [value for own, value in self.pairs if own == name]

    def having(self, name: str, value: str) -> "Address":
        """With one value of a parameter, in place of others."""
        return Address((*self.without(name).pairs, (name, value)))

    def without(self, *names: str) -> "Address":
        """Without parameters."""
        return Address(tuple(pair for pair in self.pairs if pair[0] not in (*names, "offset")))

    def at(self, offset: int) -> "Address":
        """At another page of hits."""
        here = self.without("offset")
        return Address((*here.pairs, ("offset", str(offset)))) if offset else here

    def also(self, field: str, value: str) -> "Address":
        """With one more alternative of a field.

        Where a field has one value, its repetitions are alternatives, and a value may hold commas.
        Where all of several must hold, the new one must, too.
        """
        before = self.values(field)
        if not KEYWORDS[field].multiple or len(before) != 1:
            return Address((*self.without().pairs, (field, value)))
        return self.having(field, f"{before[0]},{value}")

    def narrowed(self, field: str, value: str) -> "Address":
        """With a value that must hold beside those that must already, where a field has several."""
        if KEYWORDS[field].multiple:
            return Address((*self.without().pairs, (field, value)))
        return self.having(field, value)

    def any_of(self, field: str) -> "Address":
        """With the values of a field of several as alternatives."""
        return self.having(field, ",".join(self.values(field)))

    def all_of(self, field: str) -> "Address":
        """With every value of a field of several to hold."""
        single = [(field, one) for entry in self.values(field) for one in entry.split(",")]
        return Address((*self.without(field).pairs, *single))

    def less(self, name: str, entry: str, value: str) -> "Address":
        """Without one of the alternatives of an entry, or without the entry that is the value."""
        pairs: list[tuple[str, str]] = []
        for own, text in self.without().pairs:
            if (own, text) == (name, entry):
                left = [one for one in text.split(",") if text != value and one.strip() != value]
                text = ",".join(left)
                if not text:
                    continue
            pairs.append((own, text))
        return Address(tuple(pairs))


# A page writes a hundred addresses that differ in one of their pairs.
@lru_cache(4096)
def _encoded(pair: tuple[str, str]) -> str:
    return "=".join(map(quote_plus, pair))


def address_of(given: Iterable[tuple[str, str]], known: Iterable[str]) -> Address:
    """The parameters of an address that a page knows, without empty ones."""
    names = frozenset(known)
    return Address(tuple((name, value) for name, value in given if name in names and value.strip()))


def web_url(url: str | None) -> str | None:
    """An address that may be linked to: of the web, and nothing that runs (`javascript:`)."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
