"""Write index/lexicon/countries.tsv from the CLDR that Babel carries.

Run `python benchmarks/derive_countries.py` after a Babel release; commit what changes.
"""

from pathlib import Path

from babel import Locale, __version__
from babel.core import get_global

TABLE = Path(__file__).parents[1] / "index" / "lexicon" / "countries.tsv"

# Codes that CLDR names but that are no place of their own in ISO 3166-1: reserved codes,
# groups of countries, test locales. Kosovo (XK) stays: the press names it as a country.
NOT_IN_ISO = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"),
}

# What the Indonesian press prints where CLDR's full form is a label for maps.
PRESS_LABELS = {
    "CD": "Republik Demokratik Kongo",
    "CG": "Republik Kongo",
    "CI": "Pantai Gading",
    "GB": "Inggris",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Makau",
    "PS": "Palestina",
    "SZ": "Eswatini",
}

# Former alpha-3 codes that CLDR maps to the country's code too; the current one is kept.
FORMER_ALPHA3 = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}


def main() -> None:
    indonesian, english = Locale("id").territories, Locale("en").territories
    alpha3 = {
        targets[0]: alias
        for alias, targets in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1 and alias not in FORMER_ALPHA3
    }
    alpha3["XK"] = "XKX"  # in use by the EU and the World Bank; CLDR has the unused XKK
    lines = [
        "# Countries and territories: alpha-2, alpha-3, label, Indonesian name, English name.",
        f"# Written by benchmarks/derive_countries.py from CLDR through Babel {__version__}.",
        "# CLDR: Copyright Unicode, Inc., Unicode License v3 (https://www.unicode.org/license.txt).",
    ]
    for code in sorted(indonesian):
        if len(code) == 2 and code.isalpha() and code not in NOT_IN_ISO:
            name = indonesian[code]
            label = PRESS_LABELS.get(code, name)
            lines.append("\t".join((code, alpha3[code], label, name, english[code])))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
