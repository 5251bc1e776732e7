"""Who is who: names that mean one person, the newsroom's word, and what a reader sees of it."""

import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import search
from benchmarks.identity import pairs, score
from index.archive import open_archive
from index.config import Config, People, load_config
from index.enrich.names import exact_key, name_key
from index.errors import ConfigError, QueryError
from index.identity import NOTHING_SAID, Person, known_sayings, persons, read_sayings
from index.pipeline import delete, index_paths
from index.segments.commit import last_commit
from tests.archives import ids, make_archive

FLOORS = Path(__file__).parents[1] / "benchmarks" / "floors.json"


def joined(names: Mapping[str, int] | Iterable[str], said: str = "") -> set[frozenset[str]]:
    """The names of each person, in an archive where so many (or two) articles use each."""
    return {frozenset(person.spellings) for person in told(names, said)}


def told(names: Mapping[str, int] | Iterable[str], said: str = "") -> list[Person]:
    """The persons, when the newsroom's file says so."""
    articles_with = names if isinstance(names, Mapping) else dict.fromkeys(names, 2)
    return persons(articles_with, sayings(said), known_sayings())


def sayings(text: str) -> Any:
    path = Path("identities.txt")
    path.write_text(text, encoding="utf-8")
    return read_sayings(str(path))


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# The two rules


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dmitry Zorvanov", "Dimitri Zorvanov"),
        ("Mariya Velinska", "Maria Velinska"),
        ("Yevgeny Zorvanov", "Evgeny Zorvanov"),
        ("Chairul Tanjung", "Khairul Tanjung"),
        ("Rahmat Kelimutu", "Rachmad Kelimutu"),
        ("Aiman al-Zawarihi", "Aiman Al Zawarhi"),
        ("Markus Horison", "Markus Horizon"),
    ],
)
def test_spellings_that_nearly_sound_the_same_are_one(one: str, other: str) -> None:
    assert len(joined([one, other])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dedi Kelimutu", "Didi Kelimutu"),
        ("Kim Jong-un", "Kim Jong-il"),
        ("Kim Jong-un", "Kim Jong-nam"),
        ("Salman", "Suleman"),
        ("Ayatollah Khamenei", "Ayatollah Khomeini"),
        ("Anies", "Anas"),
        ("Elizabeth I", "Elizabeth II"),
        ("Wahyu Hartono", "Wahyu Hartini"),
        ("Surya Santosa", "Surya Santoso"),
        ("George W Bush", "George H W Bush"),
        ("Martin Luther", "Martin Luther King"),
        ("Kim Woo", "Kim Tae Woo"),
        ("Andi Kelimutu", "Rizal Kelimutu"),
        ("Mohammed bin Salman", "Mohammed bin Zayed"),
    ],
)
def test_different_people_stay_two(one: str, other: str) -> None:
    assert len(joined([one, other])) == 2


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Zorvan Kelimutu", "Zorvan Kelimutu Adhanom"),
        ("Zorvan Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Zorvan K Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Zorvan K. Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Zorvan Adhanom", "Zorvan K. Adhanom"),
        ("M. Zorvan Kelimutu", "Muhammad Zorvan Kelimutu"),
        ("ZK Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Z.K. Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Zorvan Kelimutu", "Muhammad Zorvan Kelimutu"),
        ("M Zorvan Kelimutu", "Mohammad Zorvan Kelimutu"),
        ("M Zorvan", "Muhammad Zorvan"),
        ("Zorvan Kelimutu", "Zorvan van Kelimutu"),
    ],
)
def test_a_shortened_name_joins_the_full_one(short: str, full: str) -> None:
    assert len(joined([short, full])) == 1


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Kelimutu Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Z Adhanom", "Zorvan Kelimutu Adhanom"),
        ("Muhammad Adhanom", "Muhammad Kelimutu Adhanom"),
        ("Zorvan Adhanom", "Zorvan Kelimutu Budiman Adhanom"),
        ("Zorvan", "Zorvan Kelimutu"),
        ("Kelimutu", "Zorvan Kelimutu"),
        ("Zorvan Kelimutu", "Zorvan Kelimutu II"),
        ("Zorvan Kelimutu", "Zorvan Kelimutu Jr"),
    ],
)
def test_less_than_that_is_no_shortened_name(short: str, full: str) -> None:
    assert len(joined([short, full])) == 2


def test_a_name_that_shortens_two_joins_neither() -> None:
    short, one, other = "Zorvan Kelimutu", "Zorvan Kelimutu Adhanom", "Zorvan Kelimutu Budiman"
    assert joined([short, one, other]) == {frozenset([name]) for name in (short, one, other)}
    longest = "Zorvan Kelimutu Adhanom Raya"
    assert joined([short, one, longest]) == {frozenset([short, one, longest])}


def test_a_rare_longer_name_does_not_make_it_ambiguous() -> None:
    names = {"Zorvan Kelimutu": 9, "Zorvan Kelimutu Adhanom": 20, "Zorvan Kelimutu Jumat": 1}
    assert frozenset(["Zorvan Kelimutu", "Zorvan Kelimutu Adhanom"]) in joined(names)


def test_common_names_are_not_joined_by_chance() -> None:
    short, full = "Budi Santoso", "Budi Santoso Wijaya"
    assert len(joined([short, full])) == 1
    many = [
        f"{first} {last}"
        for number in range(40)
        for first, last in (
            ("Budi", f"Z{number}"),
            (f"Z{number}", "Santoso"),
        )
    ]
    assert {frozenset([short]), frozenset([full])} <= joined([short, full, *many])


def test_a_misprint_is_rare_and_nobody_elses_name() -> None:
    right, wrong = "Zorvan Hartarto", "Zorvan Hartanto"
    assert joined({right: 20, wrong: 2}) == {frozenset([right, wrong])}
    assert len(joined({right: 20, wrong: 3})) == 2
    assert len(joined({right: 20, wrong: 2, "Dwi Hartanto": 1})) == 3


def test_a_single_name_is_never_joined_by_a_rule() -> None:
    assert len(joined(["Zorvan", "Milo Zorvan", "Zorvann Kelimutu"])) == 3


def test_a_person_is_shown_by_the_spelling_of_most_articles() -> None:
    (person,) = told({"Zorvan Kelimutu Adhanom": 30, "Zorvan Kelimutu": 40, "Zorfan Kelimutu": 1})
    assert person.name == "Zorvan Kelimutu"


NAMES = [
    *("Zorvan Kelimutu", "Zorvan Kelimutu Adhanom", "Zorvan K Adhanom", "Zorvan Adhanom"),
    *("Zorvan Kelimutu Budiman", "Zorven Kelimutu", "Zorvan Kelimuto", "Zorvan", "Kelimutu"),
    *("Jokowi", "Joko Widodo", "Joko Widodo Jokowi", "Joko Susilo", "Jusuf Kalla", "Yusuf Kala"),
    *("Kim Jong-un", "Kim Jong Un", "Kim Jong-il", "Muhammad Zorvan", "M Zorvan", "?", "Élan"),
]


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(min_size=1), st.integers(1, 30)), st.data())
def test_every_name_is_one_person_whatever_the_order(
    names: dict[str, int], data: st.DataObject
) -> None:
    found = persons(names, NOTHING_SAID, known_sayings())
    shuffled = dict(data.draw(st.permutations(list(names.items()))))
    assert persons(shuffled, NOTHING_SAID, known_sayings()) == found
    assert sorted(itertools.chain.from_iterable(one.spellings for one in found)) == sorted(names)
    keys = list(itertools.chain.from_iterable(one.keys for one in found))
    assert len(keys) == len(set(keys))
    for one in found:
        assert {name_key(one.name), *map(name_key, one.spellings)} <= set(one.keys)


# Nicknames


@pytest.mark.parametrize(
    ("nickname", "name"),
    [
        ("Jokowi", "Joko Widodo"),
        ("SBY", "Susilo Bambang Yudhoyono"),
        ("Ahok", "Basuki Tjahaja Purnama"),
        ("Gus Dur", "Abdurrahman Wahid"),
        ("Prabowo", "Prabowo Subianto"),
        ("MBS", "Mohammad bin Salman"),
        ("Merkel", "Angela Merkel"),
        ("Bung Karno", "Sukarno"),
        ("Joko Widodo Jokowi", "Joko Widodo"),
    ],
)
def test_a_nickname_is_the_person(nickname: str, name: str) -> None:
    assert joined([nickname, name]) == {frozenset([nickname, name])}


def test_the_full_name_is_shown_where_an_article_has_it() -> None:
    assert told({"Jokowi": 9, "Joko Widodo": 1})[0].name == "Joko Widodo"
    assert told({"Jokowi": 9})[0].name == "Jokowi"


def test_nobody_is_on_two_lines_of_the_nicknames_or_twice_on_one() -> None:
    keys = [name_key(name) for names in known_sayings().same for name in names]
    assert sorted(keys) == sorted(set(keys))
    assert len(known_sayings().same) >= 150


# The newsroom's word


def test_the_newsroom_joins_and_names() -> None:
    (person,) = told({"Zorvan": 9, "Milo Kelimutu": 2}, "Milo A. Kelimutu = Zorvan = Milo Kelimutu")
    assert person.name == "Milo A. Kelimutu"
    assert {name_key("Zorvan"), name_key("Milo A. Kelimutu")} <= set(person.keys)


def test_the_newsroom_parts_what_a_key_a_rule_or_a_nickname_joins() -> None:
    for one, other in [
        ("Ahmad Yani", "Achmad Yani"),
        ("Zorvan Kelimutu", "Zorvan Kelimutu Adhanom"),
        ("Joko Widodo", "Jokowi"),
    ]:
        assert len(joined([one, other])) == 1
        assert len(joined([one, other], f"{one} != {other}")) == 2
        assert len(joined([one, other], f"{other} != {one}")) == 2


def test_a_parted_spelling_is_found_by_itself() -> None:
    found = told(["Ahmad Yani", "Achmad Yani", "Akhmad Yani"], "Ahmad Yani != Achmad Yani")
    by_name = {one.name: one.keys for one in found}
    assert by_name["Achmad Yani"] == (exact_key("Achmad Yani"),)
    assert name_key("Achmad Yani") in by_name["Ahmad Yani"]


def test_what_is_parted_is_not_joined_by_way_of_a_third() -> None:
    names = ["Zorvan Kelimutu", "Zorvan Adhanom", "Zorvan Kelimutu Adhanom"]
    assert len(joined(names)) == 1
    assert len(joined(names, "Zorvan Kelimutu != Zorvan Adhanom")) == 2


def test_the_newsroom_joins_what_the_program_parts() -> None:
    names = ["Mohammad Reza Pahlavi", "Reza Pahlavi"]
    assert len(joined(names)) == 2
    assert len(joined(names, " = ".join(names))) == 1


def test_comments_and_empty_lines_say_nothing() -> None:
    assert sayings("# Zorvan = Milo\n\n  \n").same == ()
    assert sayings("Zorvan = Milo Kelimutu  # his pen name").same == (("Zorvan", "Milo Kelimutu"),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# satu\nJoko Widodo", r"identities.txt:2: 'Joko Widodo' says nothing"),
        ("Joko Widodo =", r":1: 'Joko Widodo =' says nothing"),
        ("= Jokowi", r":1: '= Jokowi' says nothing"),
        ("A = B != C", r":1: .*write"),
        ("Zorvan != Milo != Tara", r":1: `!=` parts two names"),
        ("Zorvan != zorvan", r":1: `!=` parts two names"),
        ("Zorvan = Milo\nMilo = Tara\nTara != Zorvan", r":3: 'Tara' and 'Zorvan' are one person"),
    ],
)
def test_an_error_names_the_line_and_the_remedy(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        sayings(text)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"people\.identities: .*missing\.txt"):
        read_sayings(str(tmp_path / "missing.txt"))
    (tmp_path / "latin.txt").write_bytes(b"Jos\xe9 = Pepe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_sayings(str(tmp_path / "latin.txt"))


def test_the_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "newsroom").mkdir()
    path = tmp_path / "newsroom" / "config.yaml"
    path.write_text("people:\n  identities: who.txt\n")
    assert load_config(path).people.identities == str(tmp_path / "newsroom" / "who.txt")


# In an archive

ARTICLES = [
    {"id": "satu", "text": "Presiden Joko Widodo tiba di Ambon. Warga senang."},
    {"id": "dua", "text": "Hujan deras, kata Jokowi."},
    {"id": "tiga", "text": "Menteri Luar Negeri Rusia Sergey Lavrov tiba."},
    {"id": "empat", "text": "Pengamat Anton Lavrov menulis buku."},
    {"id": "lima", "text": "Menteri Luar Negeri Rusia Sergei Lavrov pergi. Hujan turun."},
    {"id": "enam", "text": "Pengamat Tara Velinska menulis buku."},
]


@pytest.mark.parametrize("name", ["jokowi", "Joko Widodo", "JOKO WIDODO", "Jokowi"])
def test_a_person_is_filtered_by_any_name(tmp_path: Path, name: str) -> None:
    with search.open(make_archive(tmp_path, ARTICLES), Config()) as engine:
        assert set(ids(engine, "", filters={"person": [name]})) == {"satu", "dua"}


def test_hits_and_facets_show_the_canonical_person(tmp_path: Path) -> None:
    with search.open(make_archive(tmp_path, ARTICLES), Config()) as engine:
        response = engine.search(search.Request(facets=[search.Facet("person")]))
        counts = {value.label: value.count for value in response.facets["person"].values}
        assert counts["Joko Widodo"] == counts["Sergei Lavrov"] == 2
        people = {hit.id: hit.people for hit in response.hits}
        assert people["dua"] == ["Joko Widodo"]
        assert people["tiga"] == ["Sergei Lavrov"]


def test_an_unknown_name_lists_first_who_bears_it(tmp_path: Path) -> None:
    with search.open(make_archive(tmp_path, ARTICLES), Config()) as engine:
        with pytest.raises(QueryError, match="nearest: Tara Velinska"):
            engine.search(search.Request(filters={"person": ["Velinska"]}))
        with pytest.raises(QueryError, match="nearest: Sergei Lavrov, Anton Lavrov"):
            engine.search(search.Request(filters={"person": ["Igor Lavrov"]}))


def test_the_newsrooms_word_takes_effect_at_the_next_run_without_reading_again(
    tmp_path: Path,
) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    said = tmp_path / "who.txt"
    config = Config(people=People(identities=str(said)))

    def people_after(text: str) -> tuple[int, set[str]]:
        said.write_text(text)
        summary, _ = index_paths([str(tmp_path / "0.jsonl")], archive, config, jobs=1)
        assert (summary.new, summary.changed) == (0, 0)
        commit = last_commit(archive / "index")
        assert commit is not None
        with search.open(archive, config) as engine:
            hits = engine.search(search.Request()).hits
        return commit.generation, {name for hit in hits for name in hit.people}

    everybody = {"Joko Widodo", "Sergei Lavrov", "Anton Lavrov", "Tara Velinska"}
    merged = {"Joko Widodo", "Pak Lavrov", "Tara Velinska"}
    assert people_after("# nothing yet") == (2, everybody)
    assert people_after("Pak Lavrov = Anton Lavrov = Sergei Lavrov") == (3, merged)
    assert people_after("Pak Lavrov = Anton Lavrov = Sergei Lavrov") == (3, merged)
    assert people_after("Joko Widodo != Jokowi") == (4, everybody | {"Jokowi"})


def test_who_was_in_deleted_articles_only_is_nobody(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, ARTICLES)
    with search.open(archive, Config()) as engine:
        (hit,) = engine.search(search.Request(filters={"person": ["Tara Velinska"]})).hits
    with open_archive(archive) as opened:
        (number,) = opened.find(hit.id)
    delete(archive, [number], Config())
    with search.open(archive, Config()) as engine:
        assert len(ids(engine, "")) == 5
        with pytest.raises(QueryError, match="no person"):
            engine.search(search.Request(filters={"person": ["Tara Velinska"]}))


def test_people_are_joined_as_well_as_measured(test_data: Path) -> None:
    floors = json.loads(FLOORS.read_text("utf-8"))["identity"]
    measured = score(list(pairs(test_data)))
    assert measured.precision >= floors["precision"]
    assert measured.recall >= floors["recall"]
