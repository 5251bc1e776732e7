"""The parts of a name, and the keys of the name and of one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.enrich import names
from index.enrich.names import exact_key, name_key, name_parts


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Joko Widodo", ("yuku", "vidudu")),
        ("Kim Jong-un", ("kim", "yungun")),
        ("BJ Habibie", ("b", "y", "habibye")),
        ("B.J. Habibie", ("b", "y", "habibye")),
        ("Retno L.P. Marsudi", ("retnu", "l", "p", "marsudi")),
        ("Milo J. Kelimutu", ("milu", "y", "kelimutu")),
        ("Bashar al-Assad", ("basar", "asad")),
        ("Saad Al Hariri", ("sad", "hariri")),
        ("Xi Jinping", ("ksi", "yinping")),
        ("Elizabeth II", ("elizabit", "II")),
        ("", ()),
        ("?", ()),
    ],
)
def test_parts_of_a_name(name: str, parts: tuple[str, ...]) -> None:
    assert name_parts(name) == parts


def test_abdul_runs_into_the_name_behind_it() -> None:
    assert name_key("Abdul Rahman Wahid") == name_key("Abdurrahman Wahid")
    assert name_key("Abdul Somad") == name_key("Abdussomad")
    assert name_key("Abdul Malik") != name_key("Abdurrahman Malik")


@pytest.mark.parametrize(
    "name", ["KH Abdurrahman Wahid", "Prof. Dr. H. Abdurrahman Wahid", "Pak Abdurrahman Wahid"]
)
def test_degrees_and_forms_of_address_do_not_count(name: str) -> None:
    assert name_key(name) == name_key("Abdurrahman Wahid")
    assert name_parts(name) == name_parts("Abdurrahman Wahid")


@pytest.mark.parametrize("name", ["Dr M", "H", "Ibu", "Hj", "H.R. Rasuna", "Irma Velinska"])
def test_what_is_no_form_of_address_stays(name: str) -> None:
    assert name_key(name)[0] == name[0].lower()


def test_an_exact_key_tells_spellings_apart_but_not_cases() -> None:
    assert exact_key("Ahmad Yani") == exact_key(" ahmad  YANI ")
    assert exact_key("Ahmad Yani") != exact_key("Achmad Yani")


@given(st.text(), st.text())
def test_no_name_key_is_an_exact_key(one: str, other: str) -> None:
    if any(map(str.isalnum, one)):
        assert name_key(one) != exact_key(other)


@given(st.text("abcdefghijklmnopqrstuvwxyz9", max_size=8))
def test_a_sound_law_applies_only_where_its_letters_are(word: str) -> None:
    for letters, pattern, _ in names._laws():
        assert letters in word or pattern.search(word) is None


@given(st.lists(st.text("abdehjlpruBDIVXyo .-'\n\u2028é_9", max_size=45)))
def test_names_read_together_are_read_as_each_alone(several: list[str]) -> None:
    alone = [(name_key(name), name_parts(name)) for name in several]
    assert names.read_names(several) == alone


def test_a_name_of_no_letters_is_its_own_key() -> None:
    assert name_key(" ?! ") == "?!"
    assert name_parts("?!") == ()
