"""The page over all the real news, in Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.around import short_questions
from tests.browser.conftest import Visit, serving
from tests.browser.test_page import drag_over_the_timeline, expect_asked
from tests.browser.test_states import complaints_of_axe

pytestmark = [pytest.mark.browser, pytest.mark.full]

_MOST_HTML_BYTES = 60_000
_QUESTIONS = 60


@pytest.fixture(scope="module")
def newsroom(browser: Browser, news_archive: Path) -> Iterator[str]:
    """The address of a server over all the real news."""
    del browser
    with serving(news_archive) as address:
        yield address


@pytest.fixture
def visit(visits: Any, newsroom: str) -> Iterator[Visit]:
    visit = visits(newsroom)
    yield visit
    assert visit.complaints == []


def test_a_journalist_goes_from_a_beginning_to_a_saved_result(visit: Visit, tmp_path: Path) -> None:
    page = visit.to("/")
    page.keyboard.type("sergei lav", delay=40)
    option = page.locator("#suggestions [role=option]").filter(has_text="Lavrov").first
    option.click()
    expect(page.locator("#q")).to_have_value(re.compile("Lavrov"))
    chosen = page.locator("#q").input_value()
    expect_asked(page, q=chosen)
    everything = visit.status()

    facets, chips = page.locator(".facets"), page.locator(".chip")
    facets.get_by_role("link", name=re.compile("^Rusia")).click()
    expect(chips).to_have_count(1)
    facets.get_by_role("link", name=re.compile("^Amerika Serikat")).click()
    expect(chips).to_have_count(2)
    facets.get_by_role("link", name=re.compile("^Vladimir Putin")).click()
    expect(chips).to_have_count(3)
    expect_asked(page, q=chosen, country="RU,US", person="Vladimir Putin")
    assert complaints_of_axe(page) == []
    page.go_back()
    expect(chips).to_have_count(2)
    first, last = drag_over_the_timeline(page)
    expect_asked(page, q=chosen, country="RU,US", date=f"{first}..{last}")
    assert visit.status() != everything
    assert complaints_of_axe(page) == []

    with page.expect_download() as started:
        page.get_by_role("link", name="JSON Lines").click()
    started.value.save_as(tmp_path / "saved")
    saved = (tmp_path / "saved").read_text("utf-8").count("\n")
    assert visit.status().replace(".", "").startswith(f"{saved} artikel")

    title = page.locator(".hit h3 a").first
    told = title.inner_text()
    title.click()
    expect(page.locator("h1")).to_have_text(told)
    assert complaints_of_axe(page) == []
    page.locator(".text a.person").first.click()
    expect(page.locator(".hit").first).to_be_visible()


def test_a_story_of_several_outlets_opens_and_pages_go_on(visit: Visit) -> None:
    page = visit.to("/?limit=100")
    for _ in range(100):
        if page.locator(".story").count():
            break
        page.get_by_role("link", name="Berikutnya").click()
        page.wait_for_load_state()
    story = page.locator(".story").first
    story.locator("summary").click()
    expect(story.locator("li").first).to_be_visible()
    assert complaints_of_axe(page) == []


def test_a_page_of_ten_hits_is_small_whatever_is_asked(visit: Visit) -> None:
    asked = ["", *short_questions(_QUESTIONS), "presiden", "ekonomi indonesia"]
    sizes = {}
    for question in asked:
        answer = visit.page.request.get(f"{visit.address}/", params={"q": question})
        sizes[question] = len(answer.body())
    largest = max(sizes, key=sizes.__getitem__)
    assert sizes[largest] < _MOST_HTML_BYTES, largest


@pytest.mark.parametrize(
    "path", ["/", "/?q=presiden", "/?q=ekonomi&country=US&lang=en", "/facets/person?q=presiden"]
)
def test_nothing_moves_and_axe_finds_nothing(visit: Visit, path: str) -> None:
    page = visit.to(path)
    assert page.evaluate("window.moved") == []
    assert complaints_of_axe(page) == []
