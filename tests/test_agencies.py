"""News agencies: attribution counts, other uses of the name do not."""

import pytest

from index.enrich.agencies import agencies


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hujan turun, seperti dikutip kantor berita Rusia, TASS.", ("TASS",)),
        ("Melansir Sputnik News, hujan turun.", ("Sputnik News",)),
        ("Demikian dilansir dari Reuters, Senin.", ("Reuters",)),
        ("Hujan turun di Brebes. (Antara)", ("Antara",)),
        ("Jakarta (ANTARA) - Hujan turun.", ("Antara",)),
        ("Foto: Kim (AFP/Getty Images)", ("AFP",)),
        ("Ia bercerita kepada AFP lewat telepon.", ("AFP",)),
        ("Yonhap melaporkan hujan turun.", ("Yonhap",)),
        ("Mengutip Associated Press, hujan turun.", ("AP",)),
        ("Menurut kantor berita resmi Iran, IRNA, hujan turun.", ("IRNA",)),
    ],
)
def test_an_attribution_names_the_agency(text: str, names: tuple[str, ...]) -> None:
    assert agencies(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Saham Reuters naik di bursa.",
        "Kereta antara Brebes dan Tegal terlambat.",
        "Antara lain, warga meminta air bersih.",
        "Vaksin Sputnik V tiba di bandara.",
        "Mahasiswa Universitas Pendidikan Indonesia (UPI) menang.",
        "Tersangka AP ditahan polisi.",
        "Petenis SPA itu menang.",
    ],
)
def test_another_use_of_the_name_does_not(text: str) -> None:
    assert agencies(text) == ()


def test_agencies_stand_once_in_the_order_of_first_mention() -> None:
    text = "Melansir Reuters, hujan. Dikutip dari TASS, hujan. Reuters melaporkan lagi."
    assert agencies(text) == ("Reuters", "TASS")
