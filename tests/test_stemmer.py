"""Stems: what meets, what stays apart, and what the figures were when last measured."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import stemmer as benchmark
from index.language.stemmer import Reading, readings, shipped_lexicon, stem


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("menulis", "tulis"),  # a t swallowed
        ("memukul", "pukul"),  # a p
        ("menyapu", "sapu"),  # an s
        ("mengirim", "kirim"),  # a k
        ("membaca", "baca"),  # a nasal added
        ("mendengar", "dengar"),
        ("menggali", "gali"),
        ("mengambil", "ambil"),
        ("melihat", "lihat"),  # nothing changed
        ("memakan", "makan"),  # the root's own nasal
        ("menikah", "nikah"),
        ("mengecek", "cek"),  # menge- before one syllable
        ("penulis", "tulis"),
        ("pembaca", "baca"),
        ("berlari", "lari"),
        ("belajar", "ajar"),  # an l for the r
        ("bekerja", "kerja"),  # the r lost before -er-
        ("terasa", "rasa"),  # one r for two
        ("dibaca", "baca"),
        ("pembacaan", "baca"),
        ("keindahan", "indah"),
        ("perjalanan", "jalan"),
        ("memperbaiki", "baik"),
        ("diperlihatkan", "lihat"),
        ("keberhasilan", "hasil"),
        ("bukunya", "buku"),
        ("rumahku", "rumah"),
        ("pergilah", "pergi"),
        ("mendengarkannya", "dengar"),
        ("perjuangan", "juang"),  # a root that is never used alone
    ],
)
def test_affixes_come_off(word: str, root: str) -> None:
    assert stem(word) == root


@pytest.mark.parametrize(
    "word",
    ["menteri", "kepala", "berita", "sekolah", "media", "makan", "anggota", "kursi", "polisi"],
)
def test_a_root_that_looks_affixed_stays(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    "word", ["", "x", "260", "5,5", "covid19", "a.b@contoh.id", "zxqkan", "menzxq", "-", "a-b-c"]
)
def test_without_a_known_root_a_word_is_its_own_stem(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("rumah-rumah", "rumah"),
        ("buku-bukunya", "buku"),
        ("kendaraan-kendaraan", "kendara"),
        ("rumah-rumahan", "rumah"),
        ("berjam-jam", "jam"),
        ("kehati-hatian", "hati"),
        ("sayur-mayur", "sayur"),
        ("bolak-balik", "bolak"),
        ("orang2", "orang"),
        ("di-upload", "upload"),
        ("presiden-nya", "presiden"),
    ],
)
def test_repetition_and_hyphened_affixes_come_off(word: str, root: str) -> None:
    assert stem(word) == root


@pytest.mark.parametrize(
    ("words", "root"),
    [
        ("berunding perundingan rundingkan", "runding"),
        ("menepis ditepis tepisan", "tepis"),
        ("mengeroyok dikeroyok pengeroyokan", "keroyok"),
        ("merundung perundungan", "rundung"),
        ("mengerti dimengerti pengertian", "erti"),
        ("operasi", "operasi"),  # no oper-asi
    ],
)
def test_words_of_a_root_that_the_news_seldom_use_alone_meet(words: str, root: str) -> None:
    assert {stem(word) for word in words.split()} == {root}


@pytest.mark.parametrize("word", ["maluku", "kediri", "bekasi", "teheran", "perdata", "pesisir"])
def test_a_name_or_word_that_only_looks_affixed_stays_in_a_question_too(word: str) -> None:
    assert stem(word) == word


def test_two_words_joined_by_a_hyphen_stay() -> None:
    assert stem("jakarta-bandung") == "jakarta-bandung"


def test_readings_undo_sound_changes_both_ways() -> None:
    found = set(readings("menari"))
    assert Reading("tari", ("meT",), "", "") in found
    assert Reading("nari", ("me",), "", "") in found


def test_di_and_an_are_never_one_pair() -> None:
    assert not any(r.prefixes[:1] == ("di",) and r.suffix == "an" for r in readings("diwakan"))


def test_every_exception_is_a_name_that_stays_or_ends_in_a_root() -> None:
    strengths, exceptions, _ = shipped_lexicon()
    assert [w for w, root in exceptions.items() if root != w and root not in strengths] == []


def test_a_root_is_its_own_stem() -> None:
    assert [root for root in shipped_lexicon().strengths if stem(root) != root] == []


@given(st.text("abdeghikmnprstuy-2", max_size=20))
def test_any_word_has_a_stem_that_is_not_longer(word: str) -> None:
    assert len(stem(word)) <= len(word)
    assert bool(stem(word)) == bool(word)


def test_figures_hold(test_data: Path) -> None:
    floors = json.loads((Path(benchmark.__file__).parent / "floors.json").read_text())["stemmer"]
    figures = benchmark.figures(test_data)
    for name in ("pud_pair_f", "gsd_pair_f"):
        assert figures[name] >= floors[name], name
    for name in ("wrong_roots", "split_groups", "met_pairs", "changed_names"):
        assert figures[name] <= floors[name], name
