"""Which articles are named as copies of one that is taken down."""

import gzip
import itertools
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from index.archive import open_archive
from index.config import Config
from search.embedded.engine import EmbeddedEngine
from tests.archives import make_archive

LEAD = (
    "Kebakaran melanda gudang kapas milik Koperasi Sumber Waras di tepi Kali Cidadap, Senin malam. "
    "Sebelas mobil pemadam dikerahkan dari tiga kecamatan dan api baru padam menjelang subuh. "
)
REST = (
    "Kepala Dinas Pemadam Hardjito Sumantri menduga korsleting pada mesin pemintal tua. "
    "Tidak ada korban jiwa, tetapi empat penjaga malam dirawat karena menghirup asap."
)
ARTICLES: list[dict[str, Any]] = [
    {"id": "asli", "title": "Gudang kapas terbakar", "text": LEAD + REST},
    {"id": "sama", "title": "Api di Cidadap", "text": f"CIDADAP, KABAR - {LEAD}{REST}"},
    {"id": "pendek", "title": "Gudang ludes", "text": LEAD},
    {
        "id": "disunting",
        "text": LEAD.replace("Senin malam", "kemarin malam").replace("Sebelas", "Belasan") + REST,
    },
    {
        "id": "lain",
        "text": "Gudang kapas Koperasi Sumber Waras terbakar. Menurut warga Cidadap, api terlihat "
        "sejak pukul sepuluh; mobil pemadam datang dari tiga kecamatan, kata Hardjito Sumantri. "
        "Pemilik menaksir kerugian miliaran rupiah dan berjanji membayar upah para pemintal.",
    },
    {
        "id": "kutipan",
        "text": "Asuransi kebakaran makin laku. Menurut Hardjito Sumantri, korsleting pada mesin "
        "pemintal tua sering terjadi. Premi rata-rata naik dua kali lipat dalam lima tahun, dan "
        "perusahaan reasuransi menuntut pemasangan alat pemercik di setiap gudang yang dijamin.",
    },
    {"id": "kopi", "text": "Panen kopi di lereng selatan mundur sebulan karena hujan."},
]


def copies_of(folder: Path, name: str) -> list[str]:
    with open_archive(folder) as archive, EmbeddedEngine(folder, Config()) as engine:
        version = archive.current(archive.find(name)[0])
        assert version is not None
        return [copy.version.public_id for copy in engine.near_copies(version)]


def test_copies_are_named_and_own_reports_and_quotations_are_not(tmp_path: Path) -> None:
    folder = make_archive(tmp_path, ARTICLES)
    assert copies_of(folder, "asli") == ["sama", "pendek", "disunting"]
    assert set(copies_of(folder, "pendek")) == {"asli", "sama", "disunting"}
    assert copies_of(folder, "kopi") == []


def test_words_alone_without_a_run_of_them_are_no_copy(tmp_path: Path) -> None:
    words = LEAD.split()
    random.Random(1).shuffle(words)
    folder = make_archive(
        tmp_path, [{"id": "a", "text": LEAD}, {"id": "b", "text": " ".join(words)}]
    )
    assert copies_of(folder, "a") == []


@pytest.mark.full
def test_made_copies_of_real_news_are_found_among_it(test_data: Path, tmp_path: Path) -> None:
    """Of 2,000 articles fifty are copied in four ways, as the names below say."""
    chance = random.Random(7)
    with gzip.open(test_data / "news.jsonl.gz") as lines:
        read = (msgspec.json.decode(line) for line in lines)
        news = list(itertools.islice((one for one in read if len(one["body"]) > 800), 2000))
    originals = chance.sample(news, 50)
    other_words = [word for one in news[:200] for word in one["body"].split()]

    def edited(text: str, share: float) -> str:
        words = text.split()
        return " ".join(
            chance.choice(other_words) if chance.random() < share else word for word in words
        )

    ways = {
        "whole": lambda text: text,
        "half": lambda text: text[: len(text) // 2],
        "a word in twenty": lambda text: edited(text, 0.05),
        "a word in ten": lambda text: edited(text, 0.1),
    }
    made = [
        {"id": f"{way} {one['id']}", "text": f"JAKARTA, KORAN - {copy(one['body'])}"}
        for way, copy in ways.items()
        for one in originals
    ]
    articles = [{"id": str(one["id"]), "text": one["body"]} for one in news] + made
    folder = make_archive(tmp_path, articles)
    named = {str(one["id"]): set(copies_of(folder, str(one["id"]))) for one in originals}
    for way in ways:
        found = [f"{way} {original}" in copies for original, copies in named.items()]
        assert sum(found) == 50, way
    ours = {str(one["id"]) for one in made}
    others = sum(len(copies - ours) for copies in named.values())
    print(f"{others} further articles named beside the 200 copies made")
