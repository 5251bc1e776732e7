"""Old spellings of names, and what only looks like one."""

import pytest

from index.language.spelling import modern_spelling


@pytest.mark.parametrize(
    ("old", "modern"),
    [
        ("soekarno", "sukarno"),
        ("soeharto", "suharto"),
        ("tjokroaminoto", "cokroaminoto"),
        ("djakarta", "jakarta"),
        ("djojohadikoesoemo", "joyohadikusumo"),
        ("joesoef", "yusuf"),
        ("tjahjo", "cahyo"),
        ("soekarno-hatta", "sukarno-hatta"),
    ],
)
def test_old_letters_become_those_of_today(old: str, modern: str) -> None:
    assert modern_spelling(old) == modern


@pytest.mark.parametrize(
    "word", ["joko", "jakarta", "chloe", "joe", "ditjen", "setjen", "koeman", "djarum", "oecd"]
)
def test_what_holds_no_old_letters_stays(word: str) -> None:
    assert modern_spelling(word) == word
