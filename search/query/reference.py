"""docs/query-language.md, written from the tables that the parser reads by.

python -m search.query.reference > docs/query-language.md
"""

from typing import NamedTuple

from search.query.ast import (
    OPERATORS,
    And,
    Filter,
    Fuzzy,
    Must,
    Node,
    Not,
    Or,
    Part,
    Phrase,
    Prefix,
    Word,
    Words,
)
from search.query.parse import FILTER_NAMES, MAX_DEPTH, MAX_SLOP, MAX_WORDS, PART_NAMES


class Example(NamedTuple):
    """A question, the tree that it parses to, and what it finds, in English and Indonesian."""

    question: str
    tree: Node
    english: str
    indonesian: str


EXAMPLES = (
    Example(
        "Lavrov senjata",
        Words((Word("Lavrov"), Word("senjata"))),
        "both words in any form; most of the words where few articles hold all",
        "kedua kata dalam segala bentuknya; sebagian besar kata bila jarang ada yang lengkap",
    ),
    Example(
        "Rusia AND senjata",
        And((Word("Rusia"), Word("senjata"))),
        "both words, without exception",
        "kedua kata, tanpa kecuali",
    ),
    Example(
        "Rusia ATAU Ukraina",
        Or((Word("Rusia"), Word("Ukraina"))),
        "at least one of them",
        "sedikitnya salah satu",
    ),
    Example(
        "kapal -perang",
        Words((Word("kapal"), Not(Word("perang")))),
        "the first word without the second; also `NOT perang`",
        "kata pertama tanpa kata kedua; juga `BUKAN perang`",
    ),
    Example(
        "+Lavrov senjata baru",
        Words((Must(Word("Lavrov")), Word("senjata"), Word("baru"))),
        "Lavrov in every case, the others if possible",
        "Lavrov harus ada, yang lain bila mungkin",
    ),
    Example(
        '"dari Rusia"',
        Words((Phrase(("dari", "Rusia")),)),
        "exactly these words, one after the other",
        "persis kata-kata ini, berurutan",
    ),
    Example(
        '"kapal Rusia"~5',
        Words((Phrase(("kapal", "Rusia"), 5),)),
        "these words, at most five others between them",
        "kata-kata ini, berselang paling banyak lima kata",
    ),
    Example(
        "senjat*",
        Words((Prefix("senjat"),)),
        "every word that begins so",
        "setiap kata yang berawal demikian",
    ),
    Example(
        "lavrof~",
        Words((Fuzzy("lavrof"),)),
        "every word at most one letter off",
        "setiap kata yang berbeda paling banyak satu huruf",
    ),
    Example(
        "(Rusia ATAU Ukraina) gandum",
        Words((Or((Word("Rusia"), Word("Ukraina"))), Word("gandum"))),
        "parentheses group",
        "tanda kurung mengelompokkan",
    ),
    Example(
        "gas Rusia ATAU minyak Iran",
        Or((Words((Word("gas"), Word("Rusia"))), Words((Word("minyak"), Word("Iran"))))),
        "`OR` joins last, `AND` before it, words side by side first",
        "`ATAU` mengikat paling akhir, `DAN` sebelumnya, kata yang berdampingan lebih dulu",
    ),
    Example(
        "judul:gempa",
        Words((Part("title", Word("gempa")),)),
        "the word in the title",
        "kata itu di dalam judul",
    ),
    Example(
        "judul:(gempa ATAU tsunami)",
        Words((Part("title", Or((Word("gempa"), Word("tsunami")))),)),
        "one of the words in the title",
        "salah satu kata itu di dalam judul",
    ),
    Example(
        'negara:RU,"Korea Utara"',
        Words((Filter("country", ("RU", "Korea Utara")),)),
        "articles on one of these countries",
        "artikel tentang salah satu negara ini",
    ),
    Example(
        'vaksin -orang:"Joko Widodo"',
        Words((Word("vaksin"), Not(Filter("person", ("Joko Widodo",))))),
        "articles that do not name this person",
        "artikel yang tidak menyebut orang ini",
    ),
    Example(
        "banjir tanggal:2021-06..2021-07",
        Words((Word("banjir"), Filter("date", ("2021-06..2021-07",)))),
        "published from the first of June to the last of July 2021",
        "terbit sejak awal Juni hingga akhir Juli 2021",
    ),
    Example(
        "Jakarta: banjir pukul 10.30",
        Words((Word("Jakarta"), Word("banjir"), Word("pukul"), Word("10.30"))),
        "any other colon is text",
        "titik dua selebihnya adalah teks",
    ),
    Example(
        "COVID DAN FLU",
        Words((Word("COVID"), Word("DAN"), Word("FLU"))),
        "operators are words where everything is in capitals; `&&` and `||` stay operators",
        "bila semuanya huruf besar, operator menjadi kata; `&&` dan `||` tetap operator",
    ),
)


def query_language() -> str:
    """The page, in Markdown."""
    examples = "\n".join(
        f"| {_code(example.question)} | {example.english} | {example.indonesian} |".replace(
            "||", r"\|\|"
        )
        for example in EXAMPLES
    )
    operators = " · ".join(_names(OPERATORS, kind) for kind in ("and", "or", "not"))
    fields = {**PART_NAMES, **FILTER_NAMES}
    names = " · ".join(_names(fields, field) for field in dict.fromkeys(fields.values()))
    return f"""\
# The query language · Bahasa kueri

<!-- Written by `python -m search.query.reference`; edit search/query/reference.py instead. -->

| Type · Ketik | Finds | Menemukan |
|---|---|---|
{examples}

Operators, in capitals only · Operator, hanya dengan huruf besar: {operators}

Fields · Bidang: {names}

A name is looked for by its aliases too (`Menlu`, `AS`), and an amount by its value (`$5,5 miliar`);
not in quotes, and not with `--no-expand`. How words are read: [language.md](language.md); which
answer comes first: [ranking.md](ranking.md).

Nama dicari juga dengan sebutan lainnya (`Menlu`, `AS`), jumlah dengan nilainya (`$5,5 miliar`);
tidak di dalam tanda kutip, dan tidak dengan `--no-expand`.

Words that only ask (`siapa`, `kapankah`, `apa nama`) are not looked for, unless they are quoted,
have a `+`, are joined by an operator, or nothing else is left; `--exact` looks for every word.

Kata yang hanya bertanya (`siapa`, `kapankah`, `apa nama`) tidak dicari, kecuali di dalam tanda
kutip, dengan `+`, dengan operator, atau bila tidak ada kata lain; `--exact` mencari setiap kata.

Nothing you type is a syntax error. What cannot be meant (a quotation mark without a partner, an
operator with nothing beside it) is left out, and a warning says where. A question is read to
{MAX_WORDS:,} words, {MAX_DEPTH} parentheses deep, and a phrase to {MAX_SLOP} words apart.

Apa pun yang diketik dapat dibaca. Yang tidak mungkin dimaksud (tanda kutip tanpa pasangan,
operator tanpa kata di sampingnya) diabaikan, dan peringatan menunjukkan letaknya. Kueri dibaca
hingga {MAX_WORDS} kata, {MAX_DEPTH} lapis tanda kurung, dan frasa hingga selang {MAX_SLOP} kata.
"""


def _names(meanings: dict[str, str], meaning: str) -> str:
    """The names that have a meaning: `AND` `DAN` `&&`."""
    return " ".join(_code(name) for name, its_own in meanings.items() if its_own == meaning)


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    print(query_language(), end="")
