"""Addresses that differ from the one asked for in one thing; all state of a page is in them."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from index.schema import KEYWORDS


class Address(NamedTuple):
    """The parameters of an address, in their order. Copies start at the first page of hits."""

    pairs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "?" + urlencode(self.pairs)

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
        """
        before = self.values(field)
        if not KEYWORDS[field].multiple or not before:
            return Address((*self.without().pairs, (field, value)))
        *others, last = before
        joined = [(field, other) for other in others] + [(field, f"{last},{value}")]
        return Address((*self.without(field).pairs, *joined))

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
