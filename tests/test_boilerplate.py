"""Site boilerplate: what is cut, and what must stand."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import clean_text
from index.enrich.boilerplate import boilerplate
from index.errors import ConfigError


def cleaned(body: str) -> str:
    return clean_text(body, boilerplate(body, None, {}).cuts)


@pytest.mark.parametrize(
    ("opening", "source"),
    [
        ("CakapCakap – Cakap People! ", "cakapcakap.com"),
        ("JAKARTA, KOMPAS.com - ", "kompas.com"),
        ("KOMPAS.com &ndash; ", "kompas.com"),
        ("WASHINGTON DC, KOMPAS.com — ", "kompas.com"),
        ("Liputan6.com, Jakarta - ", "liputan6.com"),
        ("TEMPO.CO, Jakarta - ", "tempo.co"),
        ("Bisnis.com, SURABAYA — ", "bisnis.com"),
        ("REPUBLIKA.CO.ID, JAKARTA -- ", "republika.co.id"),
        ("TRIBUNNEWS.COM, JAKARTA - ", "tribunnews.com"),
        (
            "Laporan Wartawan Tribunnews.com, Tono Sutono TRIBUNNEWS.COM, JAKARTA - ",
            "tribunnews.com",
        ),
        ("Jakarta, CNN Indonesia -- ", "cnnindonesia.com"),
        ("Jakarta (ANTARA) - ", "antaranews.com"),
        ("DEPOK (Pos Kota) – ", "poskotanews.com"),
        ("KONTAN.CO.ID - JAKARTA. ", "kontan.co.id"),
        ("TEMPO.CO, Jakarta: ", "tempo.co"),
        ("jpnn.com - MERAUKE - ", "jpnn.com"),
        ("SURAKARTA - ", None),
        ("TOKYO, Warta Khatulistiwa – ", None),
    ],
)
def test_a_dateline_is_cut_and_tells_the_source(opening: str, source: str | None) -> None:
    body = opening + "Harga cabai di pasar turun pekan ini."
    found = boilerplate(body, None, {})
    assert clean_text(body, found.cuts) == "Harga cabai di pasar turun pekan ini."
    assert found.source == source


@pytest.mark.parametrize(
    "body",
    [
        "PSSI - induk sepak bola - menunda rapat.",
        "Kompas.com menulis bahwa harga cabai turun.",
        "Bali United - Persib berakhir imbang.",
        "Jakarta diguyur hujan sejak pagi.",
        "Ia berkata: baca juga buku lain, jangan hanya satu.",
        "Editor majalah itu mundur.",
        "Antara Jakarta - Bandung ada jalan tol.",
        "Hakim membacakan putusan.\nHak cipta lagu itu dilindungi selama tujuh puluh tahun.",
        "BMKG, Basarnas – keduanya – mengirim regu.",
        "Warga menonton video itu di alun-alun.",
        "Simak penjelasan berikut agar tidak keliru.",
        "Pedagang memasang spanduk ADVERTISEMENTS di kios.",
    ],
)
def test_article_text_is_never_cut(body: str) -> None:
    assert cleaned(body) == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Satu.\nBaca juga: Harga Cabai Naik Lagi\nDua.", "Satu.\nDua."),
        ("Satu.\nBACA JUGA\nDua.", "Satu.\nDua."),
        ("Satu. (Baca: Harga Cabai Naik) Dua.", "Satu. Dua."),
        ("Satu.\n[Baca Juga: Harga Cabai Naik]\nDua.", "Satu.\nDua."),
        ("Satu. SCROLL TO CONTINUE WITH CONTENT Dua.", "Satu. Dua."),
        ("Satu.\nADVERTISEMENT\nDua.", "Satu.\nDua."),
        ("Satu. Simak Video 'Panen Cabai di Brebes': [Gambas:Video 20detik] Dua.", "Satu. Dua."),
    ],
)
def test_links_and_advertisements_inside_the_text_are_cut(body: str, expected: str) -> None:
    assert cleaned(body) == expected


def test_only_the_label_goes_where_the_linked_title_has_no_end() -> None:
    """The title runs into the next sentence, and cutting too far would lose text."""
    body = "Satu. Baca juga: Harga Cabai Naik Lagi Menurut pedagang, pasokan seret."
    assert cleaned(body) == "Satu. Harga Cabai Naik Lagi Menurut pedagang, pasokan seret."


@pytest.mark.parametrize(
    "closing",
    [
        "Cek Berita dan Artikel yang lain di Google News",
        " Pewarta: Tono Sutono Editor: Tini Sutini Copyright © ANTARA 2024",
        "\nPenulis: Tono Sutono",
        "\nReporter: Tono Sutono\nSumber: Merdeka.com",
        " (Ditulis oleh Tono Sutono)",
        " (abc / def)",
        "\nPenulis: Tono Sutono\nEditor: Tini Sutini\nHak cipta Kabar Cabai. Dilarang menyalin.",
        "\nHak Cipta © 2024 Kabar Cabai",
        "\nHak cipta dilindungi undang-undang.",
        " Copyright 2008 - 2025 PT. Kabar Cabai. All Rights Reserved.",
        "\nIkuti kami di Telegram dan Instagram.",
        "\nPilihan Editor: Harga Cabai Naik Lagi",
        "\nArtikel ini telah tayang di Tribun-Brebes.com dengan judul Harga Cabai Naik",
        "\nSimak juga Video: Panen Cabai di Brebes",
    ],
)
def test_a_closing_is_cut(closing: str) -> None:
    assert (
        cleaned("Harga cabai turun pekan ini." + closing).rstrip() == "Harga cabai turun pekan ini."
    )


def test_a_given_source_outranks_the_dateline() -> None:
    assert boilerplate("KOMPAS.com - Cabai.", "kontan.co.id", {}).source == "kontan.co.id"


def test_configured_expressions_are_cut_for_their_source_only() -> None:
    configured = {"kabar.id": (r"Kabar Cepat! ",)}
    body = "Cabai turun. Kabar Cepat! Stok aman."
    assert clean_text(body, boilerplate(body, "kabar.id", configured).cuts) == (
        "Cabai turun. Stok aman."
    )
    assert boilerplate(body, "lain.id", configured).cuts == ()


def test_a_configured_expression_that_is_none_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"enrich\.boilerplate: '\(' is not a regular expression"):
        boilerplate("Cabai.", "kabar.id", {"kabar.id": ("(",)})


@given(
    st.lists(
        st.sampled_from(
            [
                "KOMPAS.com - ",
                "Baca juga: ",
                "Cabai.",
                "\n",
                "(Baca: x)",
                "Editor: Tono",
                " ",
                "ADVERTISEMENT",
            ]
        )
    )
)
def test_cuts_are_sorted_apart_and_inside_the_body(pieces: list[str]) -> None:
    body = "".join(pieces)
    cuts = boilerplate(body, None, {}).cuts
    edges = [edge for cut in cuts for edge in cut]
    assert edges == sorted(edges)
    assert all(start < end <= len(body) for start, end in cuts)
    assert all(cut[1] < after[0] for cut, after in itertools.pairwise(cuts))
