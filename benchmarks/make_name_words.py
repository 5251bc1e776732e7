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

from index.enrich.people import person_mentions
from index.enrich.tagger import (
    ADDRESS,
    SAYING_AFTER,
    SAYING_BEFORE,
    TITLES,
    runs,
    word_kind,
)
from index.enrich.words import tokens

_OUTPUT = Path(__file__).parents[1] / "index" / "lexicon" / "name_words.txt"
_HEADER = """\
# Words by their use in 38,230 Indonesian news articles (2015-2026, 40 outlets): counts decided,
# no text is kept. Made by benchmarks/make_name_words.py. [given] words open a person's name;
# [other] words name places, organisations and products; [common] words are mostly written small,
# [inner] ones of them also follow a given name; [surname] words mostly stand inside names.
# Source: press articles in public repositories (CLICK-ID, CC BY 4.0; IndoSum, CC BY-SA 4.0; the
# rest state no licence). This list of single words is Apache-2.0 as the project.
"""
_TOKEN = re.compile(r"[^\W\d_][\w'’]*(?:-\w+)*|[.!?\"“”(),:;\n–-]")
_OPENS_SENTENCE = frozenset('.!?"“”\n:;–-(')
_PLACE_CUES = frozenset(["di", "ke", "dari", "kota", "kabupaten", "provinsi", "desa", "asal"])
_PERSON_CUES = ADDRESS | {"bernama"}
_BUREAUCRATIC = re.compile(r"(?:Pe|Ke)\w{3,}an(?:nya)?")  # Perhubungan, Kepresidenan

_INFLECTED = re.compile(r"(?:Di|Me|Ber|Ter|Ke|Pe|Se)\w{4,}|\w{3,}nya$")


def main(corpus: str) -> None:
    lower: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
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
                capital[token] += 1
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
        if small <= 200 and person[word] >= max(10, 0.2 * uses, 4 * place[word]):
            sections["given"].append(word)
        elif (small >= 25 and small >= 0.4 * uses) or (_BUREAUCRATIC.fullmatch(word) and small):
            sections["common"].append(word)
        elif place[word] >= 5 and place[word] >= 0.12 * uses and place[word] >= person[word]:
            sections["other"].append(word)
        elif person[word] >= 3 and person[word] >= max(0.06 * uses, 4 * place[word]):
            sections["given"].append(word)
    sections |= {"inner": [], "surname": []}
    _write(sections)
    sections["inner"], sections["surname"] = _parts_of_names(bodies, inside, capital, lower)
    _write(sections)


def _parts_of_names(
    bodies: list[str], inside: Counter[str], capital: Counter[str], lower: Counter[str]
) -> tuple[list[str], list[str]]:
    """Words that follow a given name, read with the sections just written.

    A common word is part of the name where the capitals end with it or after one more word; in a
    headline quoted in the text ("Megawati Temui Jokowi") they go on. Another word is where it
    mostly stands in names that are already found.
    """
    after_given: Counter[str] = Counter()
    closing: Counter[str] = Counter()
    in_names: Counter[str] = Counter()
    for body in bodies:
        all_words = tokens(body).words
        for run in runs(all_words):
            words = all_words[slice(*run)]
            kinds = [word_kind(word) for word in words]
            for place in range(1, len(words)):
                if kinds[place] == "common" and kinds[place - 1] == "given":
                    after_given[words[place]] += 1
                    closing[words[place]] += place >= len(words) - 2
        for mention in person_mentions(body):
            for start, end in mention.spans:
                in_names.update(_TOKEN.findall(body, start, end))
    inner = [
        word
        for word, count in closing.items()
        if count >= 5 and count >= 0.8 * after_given[word]
        if lower[word.lower()] <= 5000 and not _INFLECTED.match(word)
    ]
    surname = [
        word
        for word, count in in_names.items()
        if count >= max(4, 0.5 * inside[word], 0.35 * capital[word]) and word_kind(word) == "?"
    ]
    return inner, surname


def _write(sections: dict[str, list[str]]) -> None:
    text = _HEADER
    for name, words in sections.items():
        body = textwrap.fill(" ".join(sorted(words)), 100, break_on_hyphens=False)
        text += f"\n[{name}]\n{body}\n"
    _OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
