"""Make index/lexicon/name_words.txt: which words open a person's name, and which never do.

    python benchmarks/make_name_words.py ../shared/data/news.jsonl.gz

Counts, over a corpus of articles, how often each word stands in lower case, after a verb of
saying or a form of address, and after a preposition of place. Only the words are kept.
"""

import gzip
import json
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

from index.enrich.people import ADDRESS, SAYING_AFTER, SAYING_BEFORE, TITLES

_OUTPUT = Path(__file__).parents[1] / "index" / "lexicon" / "name_words.txt"
_HEADER = """\
# Words by their use in 38,230 Indonesian news articles (2015-2026, 40 outlets); counts only, no text.
# Made by benchmarks/make_name_words.py. [given] words open a person's name; [other] words name places,
# organisations and products; [common] words are mostly written in lower case;
# [surname] words mostly stand in names that open with a [given] word or follow a title.
"""
_TOKEN = re.compile(r"[^\W\d_][\w'’]*(?:-\w+)*|[.!?\"“”(),:;\n–-]")
_OPENS_SENTENCE = frozenset('.!?"“”\n:;–-(')
_PLACE_CUES = frozenset(
    "di ke dari kota kabupaten provinsi kecamatan desa wilayah asal negara".split()
)
_PERSON_CUES = ADDRESS | frozenset(
    "Presiden presiden Gubernur Bupati bernama penyanyi aktor".split()
)
_BUREAUCRATIC = re.compile(r"(?:Pe|Ke)\w{3,}an(?:nya)?")  # Perhubungan, Kepresidenan


def main(corpus: str) -> None:
    lower: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    person: Counter[str] = Counter()
    place: Counter[str] = Counter()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] or "" for line in lines]
    for body in bodies:
        tokens = _TOKEN.findall(body)
        before = "."
        for token, after in zip(tokens, [*tokens[1:], "."], strict=True):
            if token[0].islower():
                lower[token] += 1
            elif token[0].isupper() and not token.isupper():
                if (
                    before in SAYING_BEFORE
                    or before in _PERSON_CUES
                    or (after in SAYING_AFTER and not before[0].isupper())
                ):
                    person[token] += 1
                if before not in _OPENS_SENTENCE:
                    inside[token] += 1
                    place[token] += before.lower() in _PLACE_CUES
            before = token
    sections: dict[str, list[str]] = {"given": [], "other": [], "common": []}
    for word in {*inside, *person, *(word.capitalize() for word in lower)}:
        if word in TITLES or word in ADDRESS:
            continue
        uses, small = inside[word], lower[word.lower()]
        if small >= 25 and small >= 0.4 * uses or (_BUREAUCRATIC.fullmatch(word) and small):
            sections["common"].append(word)
        elif place[word] >= 5 and place[word] >= 0.12 * uses and place[word] >= person[word]:
            sections["other"].append(word)
        elif person[word] >= 3 and person[word] >= max(0.06 * uses, 4 * place[word]):
            sections["given"].append(word)
    sections["surname"] = []
    _write(sections)
    sections["surname"] = _surnames(bodies, inside, set().union(*sections.values()))
    _write(sections)


def _surnames(bodies: list[str], uses: Counter[str], known: set[str]) -> list[str]:
    """Words that mostly stand in the names that the other sections already find."""
    from index.enrich.people import person_mentions  # reads the sections just written

    in_names: Counter[str] = Counter()
    for body in bodies:
        for mention in person_mentions(body):
            for start, end in mention.spans:
                in_names.update(_TOKEN.findall(body, start, end))
    return [
        word
        for word, count in in_names.items()
        if word[0].isupper() and not word.isupper() and word not in known
        if count >= 4 and count >= 0.5 * uses[word]
    ]


def _write(sections: dict[str, list[str]]) -> None:
    text = _HEADER
    for name, words in sections.items():
        body = textwrap.fill(" ".join(sorted(words)), 100, break_on_hyphens=False)
        text += f"\n[{name}]\n{body}\n"
    _OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
