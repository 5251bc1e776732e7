"""The pages: what people see without JavaScript, and what no article can do to them."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.archive import open_archive
from index.config import Config
from search.web.app import application
from search.web.links import web_url
from search.web.texts import Texts
from tests.archives import make_archive

PAGES = Path(__file__).parents[1] / "search" / "web"
NASTY = "<script>alert(1)</script>"
ARTICLES = [
    {
        "id": "a",
        "title": f"Menlu Rusia {NASTY}",
        "body": f"Sergei Lavrov tiba di Venezuela pada 22 Juni 2021. {NASTY} Ia membawa senjata.",
        "date": "2021-06-22",
        "source": 'Kabar, "Kita" <b>',
        "url": "javascript:alert(1)",
        "category": "A & B",
    },
    {
        "id": "b",
        "title": "Senjata untuk Kuba",
        "body": "Kuba membeli senjata dari Rusia. Sergei Lavrov menyambutnya.",
        "date": "2021-07-02",
        "source": "Warta Esok",
        "url": "https://warta.example/b",
    },
    {
        "id": "../../rahasia",
        "title": "Panen kopi di Gayo",
        "body": "Petani kopi di Gayo memanen lebih awal.",
        "date": "2022-03-01",
        "source": "Warta Esok",
    },
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    archive = make_archive(tmp_path_factory.mktemp("pages"), ARTICLES)
    with TestClient(application(archive, Config())) as client:
        yield client


def page(client: TestClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.text


def links(html: str, label: str) -> list[str]:
    """The addresses of links that say so."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [unescape(to) for to, text in found if label in re.sub(r"<[^>]+>", "", text)]


def test_the_page_lists_hits_with_marked_words(client: TestClient) -> None:
    html = page(client, "/?q=senjata")
    assert "<strong>2 artikel</strong>" in html
    assert html.count("<mark>senjata</mark>") >= 2


def test_the_front_page_shows_the_newest_first(client: TestClient) -> None:
    html = page(client, "/")
    assert html.index("Panen kopi") < html.index("Senjata untuk Kuba") < html.index("Menlu Rusia")


def test_a_facet_link_narrows_and_its_chip_takes_it_back(client: TestClient) -> None:
    [narrower] = links(page(client, "/?q=senjata"), "Kuba 1")
    assert narrower == "?q=senjata&country=CU"
    html = page(client, "/" + narrower)
    assert "<strong>1 artikel</strong>" in html
    assert links(html, "Hapus: Kuba") == ["?q=senjata"]


def test_a_second_value_of_a_facet_is_an_alternative(client: TestClient) -> None:
    [both] = links(page(client, "/?q=senjata&country=CU"), "Venezuela 1")
    assert both == "?q=senjata&country=CU%2CVE"
    assert "<strong>2 artikel</strong>" in page(client, "/" + both)


def test_a_value_typed_by_another_name_is_taken_back_too(client: TestClient) -> None:
    html = page(client, "/?q=senjata&country=Kuba,Rusia")
    assert links(html, "✓ Kuba") == ["?q=senjata&country=Rusia"]


def test_a_second_source_is_a_parameter_of_its_own_since_names_hold_commas(
    client: TestClient,
) -> None:
    [both] = links(page(client, "/?source=Warta+Esok"), "Kabar, &#34;Kita&#34; 1")
    assert both == "?source=Warta+Esok&source=Kabar%2C+%22Kita%22"
    assert "<strong>3 artikel</strong>" in page(client, "/" + both)


def test_a_country_below_a_hit_narrows_to_it(client: TestClient) -> None:
    html = page(client, "/?q=senjata&country=RU")
    assert "?q=senjata&country=RU&country=CU" in links(html, "Kuba")
    assert "<strong>1 artikel</strong>" in page(client, "/?q=senjata&country=RU&country=CU")


def test_values_of_a_field_are_alternatives_or_must_all_hold(client: TestClient) -> None:
    html = page(client, "/?q=senjata&country=CU,VE")
    assert "atau</span> <a" in html
    assert links(html, "semua sekaligus") == ["?q=senjata&country=CU&country=VE"]
    html = page(client, "/?q=senjata&country=RU&country=CU")
    assert "atau</span> <a" not in html
    assert links(html, "salah satu") == ["?q=senjata&country=RU%2CCU"]
    assert links(html, "Venezuela") == ["?q=senjata&country=RU&country=CU&country=VE"]


def test_each_period_of_the_timeline_is_a_link(client: TestClient) -> None:
    html = page(client, "/?q=senjata")
    periods = re.findall(r'data-period="([^"]+)"', html)
    assert periods == ["2021-06-22", "2021-07-02"]
    assert "date=2021-07-02" in html


def test_the_pager_keeps_the_question(client: TestClient) -> None:
    html = page(client, "/?q=senjata&limit=1")
    [after] = links(html, "Berikutnya")
    assert after == "?q=senjata&limit=1&offset=1"
    [before] = links(page(client, "/" + after), "Sebelumnya")
    assert before == "?q=senjata&limit=1"


def test_an_unknown_name_is_told_beside_the_question(client: TestClient) -> None:
    html = page(client, "/?q=senjata&person=Labrov", status=422)
    assert "yang terdekat: Sergei Lavrov" in html
    assert 'value="senjata"' in html
    assert links(html, "Hapus: Labrov") == ["?q=senjata"]


def test_nothing_found_tells_what_each_filter_costs(client: TestClient) -> None:
    html = page(client, "/?q=kopi&country=CU")
    assert links(html, "Tanpa Kuba: 1 artikel") == ["?q=kopi"]


@pytest.mark.parametrize("path", ["/", "/?q=senjata", "/article?id=a", "/facets/source"])
def test_no_text_of_an_article_becomes_markup(client: TestClient, path: str) -> None:
    html = page(client, path)
    assert NASTY not in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    "path", ["/?q={}", "/?country={}", "/?since={}", "/article?id={}", "/facets/person?find={}"]
)
def test_nothing_of_an_address_becomes_markup(client: TestClient, path: str) -> None:
    assert NASTY not in client.get(path.format(f"%22%3E{NASTY}")).text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "https:", "//[", None]
)
def test_what_is_no_address_of_the_web_is_not_linked(client: TestClient, url: str | None) -> None:
    assert web_url(url) is None
    assert "javascript:" not in page(client, "/article?id=a")


def test_a_web_url_is_linked_without_a_referrer(client: TestClient) -> None:
    html = page(client, "/article?id=b")
    assert '<a rel="noopener noreferrer nofollow" href="https://warta.example/b">' in html


def test_an_article_links_what_it_names_to_a_search(client: TestClient) -> None:
    html = page(client, "/article?id=a")
    assert links(html, "Venezuela")[0] == "/?country=VE"
    assert links(html, "22 Juni 2021")[-1] == "/?date=2021-06-22"
    assert links(html, "Sergei Lavrov")[0] == "/?person=Sergei+Lavrov"


def test_an_id_that_looks_like_a_path_is_an_id(client: TestClient) -> None:
    [to] = links(page(client, "/?q=kopi"), "Panen kopi")
    assert to == "/article?id=..%2F..%2Frahasia"
    assert "memanen lebih awal" in page(client, to)


def test_an_unknown_article_is_not_found(client: TestClient) -> None:
    assert "tidak ada artikel dengan id atau URL ini" in page(client, "/article?id=zzz", status=404)


def test_the_english_page_stays_english(client: TestClient) -> None:
    html = page(client, "/?q=senjata&lang=en")
    assert '<html lang="en">' in html
    assert "<strong>2 articles</strong>" in html
    assert "Russia" in html
    assert all("lang=en" in to for to in links(html, "Senjata untuk Kuba"))


def test_a_page_of_values_can_be_searched(client: TestClient) -> None:
    html = page(client, "/facets/country?q=senjata&find=kub")
    assert links(html, "Kuba") == ["/?q=senjata&country=CU"]
    assert not links(html, "Venezuela")


@pytest.mark.parametrize("path", ["/", "/article?id=a", "/api", "/nowhere", "/static/page.js"])
def test_every_answer_forbids_other_hosts_and_inline_scripts(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/?q=senjata", "/article?id=a", "/facets/person", "/api"])
def test_no_page_has_what_its_policy_forbids(client: TestClient, path: str) -> None:
    html = page(client, path)
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html)
    assert not re.search(r'(?:src|action)="(?:https?:)?//', html)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"]
)
def test_static_files_are_those_of_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_address_without_a_page_is_told_in_the_readers_language(client: TestClient) -> None:
    assert "tidak ada apa pun di alamat ini" in page(client, "/berita", status=404)
    assert "there is nothing at this address" in page(client, "/berita?lang=en", status=404)


def test_a_page_of_ten_hits_is_small(samples_archive: Path) -> None:
    with TestClient(application(samples_archive, Config())) as client:
        response = client.get("/", headers={"Accept-Encoding": "identity"})
    assert response.text.count('<li class="hit">') == 10
    assert len(response.content) < 60_000


def test_english_days_are_written_in_english() -> None:
    texts = Texts("Asia/Jakarta")
    assert texts.day("2021-06-22") == "22 June 2021"
    assert texts.time("2021-06-22T17:05+00:00") == "00:05 WIB"


@pytest.mark.usefixtures("indonesian")
def test_indonesian_days_are_written_in_indonesian() -> None:
    texts = Texts("Asia/Jakarta")
    assert texts.day("2021-06-22") == "22 Juni 2021"
    assert texts.day("2021-06") == "Juni 2021"
    assert texts.day("2021-06-01..2021-06-30") == "1 Juni 2021 – 30 Juni 2021"
    assert texts.time("2021-06-22T17:05+00:00") == "00.05 WIB"
    assert texts.day("2021-06-22T17:05+00:00") == "23 Juni 2021"


def test_other_articles_of_a_story_are_told_unless_they_are_taken_down(tmp_path: Path) -> None:
    text = "Kementerian melepas seribu tukik di pantai pada Sabtu pagi. Petugas mencatat jumlah"
    text += " sarang naik dua kali lipat dibanding tahun lalu, kata kepala balai kepada wartawan."
    same = [
        {"id": outlet, "title": f"Tukik, {outlet}", "body": text, "source": outlet}
        | {"date": f"2022-03-05T0{hour}:00:00+07:00"}
        for hour, outlet in enumerate(("Teluk", "Pasir", "Ombak"), 6)
    ]
    archive = make_archive(tmp_path, same)
    with TestClient(application(archive, Config())) as client:
        html = page(client, "/?q=tukik")
        assert "3 media: Teluk, Pasir, Ombak" in html
        assert len(links(html, "Tukik, ")) == 3
        html = page(client, "/article?id=Teluk")
        assert html.index("Lainnya dari berita ini") < html.index("Tukik, Pasir")
        with open_archive(archive, write=True) as opened:
            opened.withdraw(opened.find("Pasir")[0], "hak jawab")
            opened.commit()
        assert "Tukik, Pasir" not in page(client, "/?q=tukik")
        assert "Tukik, Pasir" not in page(client, "/article?id=Teluk")
