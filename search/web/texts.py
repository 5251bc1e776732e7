"""What the pages say, in Indonesian and in English, and dates and numbers as each writes them.

A text is named by its English form, as in gettext; a test holds that none lacks its Indonesian one.
"""

import datetime
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from index.enrich.countries import country_label
from index.schema import COUNTRY, DATE
from search.query.resolve import NONE, label

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

INDONESIAN = {
    "{count} articles": "{count} artikel",
    "{count} articles of this story": "{count} artikel dari berita ini",
    "1 article": "1 artikel",
    "About this archive": "Tentang arsip ini",
    "Agency": "Kantor berita",
    "All {count} values": "Semua {count} nilai",
    "All words": "Semua kata",
    "All words if enough articles have them": "Semua kata bila cukup artikel memuatnya",
    "Also at": "Juga di",
    "Also searched:": "Dicari juga:",
    "an article in the archive, read on": "artikel dalam arsip, dibaca",
    "Apply": "Terapkan",
    "Article": "Artikel",
    "Articles like this one": "Artikel serupa",
    "Author": "Penulis",
    "Back to the results": "Kembali ke hasil",
    "by day": "per hari",
    "by month": "per bulan",
    "by year": "per tahun",
    "Category": "Rubrik",
    "changed since, {count} versions": "diubah kemudian, {count} versi",
    "Citation": "Kutipan",
    "Clear all": "Hapus semua",
    "Copies of it, left out:": "Salinannya, tidak disertakan:",
    "corrected by": "dikoreksi oleh",
    "corrects": "mengoreksi",
    "Countries": "Negara",
    "Country": "Negara",
    "Date": "Tanggal",
    "Did you mean:": "Maksud Anda:",
    "Earlier periods are not shown.": "Periode sebelumnya tidak ditampilkan.",
    "Exact words": "Kata persis",
    "Feed (Atom)": "Umpan (Atom)",
    "Find in this list": "Cari dalam daftar ini",
    "From": "Dari",
    "inferred": "disimpulkan",
    "In no article:": "Tidak ada dalam artikel mana pun:",
    "Marked: people, countries, dates.": "Ditandai: orang, negara, tanggal.",
    "More options": "Pilihan lain",
    "Most words": "Sebagian besar kata",
    "Narrow": "Saring",
    "New question": "Pertanyaan baru",
    "Newest first": "Terbaru dahulu",
    "Next": "Berikutnya",
    "No article was found.": "Tidak ada artikel yang ditemukan.",
    "no title": "tanpa judul",
    "not": "bukan",
    "Nothing here.": "Tidak ada.",
    "Oldest first": "Terlama dahulu",
    "or": "atau",
    "Order": "Urutan",
    "Original": "Asli",
    "Page {page} of {pages}": "Halaman {page} dari {pages}",
    "Pages": "Halaman",
    "Person": "Orang",
    "Period": "Periode",
    "People": "Orang",
    "Previous": "Sebelumnya",
    "Relevance": "Relevansi",
    "Remove": "Hapus",
    "Results": "Hasil",
    "Search": "Cari",
    "Search the archive": "Cari di arsip",
    "since": "sejak",
    "Skip the timeline": "Lewati garis waktu",
    "Skip to the results": "Langsung ke hasil",
    "Source": "Sumber",
    "Tags": "Tagar",
    "The archive holds": "Arsip memuat",
    "The archive goes from {first} to {last}.": "Arsip memuat {first} sampai {last}.",
    "The server says no": "Tidak dapat dilayani",
    "Timeline": "Garis waktu",
    "To": "Sampai",
    "until": "sampai",
    "updated {day}": "diperbarui {day}",
    "Version {number}": "Versi {number}",
    "Versions": "Versi",
    "What matches": "Yang dicocokkan",
    "with most of the words": "dengan sebagian besar kata",
    "Without {filter}: {count}": "Tanpa {filter}: {count}",
    "without a date": "tanpa tanggal",
    "without a value": "tanpa nilai",
    "Words, a name, \"an exact phrase\"": "Kata, nama, \"frasa persis\"",
}  # fmt: skip


class Texts:
    """The texts of one language."""

    def __init__(self, language: Language, timezone: str) -> None:
        self.language = language
        self._locale = Locale(language)
        self._zone = ZoneInfo(timezone)

    def __call__(self, text: str, **values: object) -> str:
        """A text, with values in its braces."""
        said = INDONESIAN[text] if self.language == "id" else text
        return said.format(**values) if values else said

    def number(self, number: int) -> str:
        """1.234 or 1,234."""
        return format_decimal(number, locale=self._locale)

    def articles(self, count: int) -> str:
        """So many articles."""
        one = self("1 article")
        return one if count == 1 else self("{count} articles", count=self.number(count))

    def day(self, date: str | None) -> str:
        """An ISO day, moment, month, year or range of days as people write it."""
        if not date:
            return self("without a date")
        first, dots, last = date.partition("..")
        if dots and first != last:
            return f"{self._one_day(first)} – {self._one_day(last)}"
        return self._one_day(first)

    def _one_day(self, date: str) -> str:
        try:
            if len(date) == len("2021-06"):
                month = datetime.date.fromisoformat(f"{date}-01")
                return format_skeleton("yMMMM", month, locale=self._locale)
            if len(date) < len("2021-06"):
                return date
            moment = datetime.datetime.fromisoformat(date)
        except ValueError:
            return date
        if moment.tzinfo is not None:
            moment = moment.astimezone(self._zone)
        return format_date(moment.date(), "d MMMM y", locale=self._locale)

    def time(self, date: str | None) -> str:
        """The hour and minute of a moment in the archive's zone, nothing for a bare day."""
        moment = datetime.datetime.fromisoformat(date) if date else None
        if moment is None or moment.tzinfo is None:
            return ""
        local = moment.astimezone(self._zone)
        return f"{local:%H.%M %Z}" if self.language == "id" else f"{local:%H:%M %Z}"

    def country(self, code: str) -> str:
        """A country's name."""
        if self.language == "id":
            return country_label(code)
        return self._locale.territories.get(code) or country_label(code)

    def value(self, field: str, value: str) -> str:
        """A value of a field as people read it."""
        if value == NONE:
            return self("without a value")
        if field == COUNTRY.name:
            return self.country(value)
        return self.day(value) if field == DATE.name else label(field, value)

    def values(self, field: str, values: Sequence[str]) -> str:
        """Alternative values of a field."""
        return f" {self('or')} ".join(self.value(field, value) for value in values)


def moment(date: str | None, timezone: str) -> str | None:
    """A moment as RFC 3339 writes it; a day begins in the archive's zone."""
    if date is None:
        return None
    read = datetime.datetime.fromisoformat(date)
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(timezone))).isoformat()
