"""What holds in every state of the page: accessible, quiet, within its policy, nothing moves.

`CAKAP_SEARCH_SCREENSHOTS=DIR` keeps a picture of each state.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_page import drag_over_the_timeline

pytestmark = pytest.mark.browser

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# WCAG 2.2 AA and what axe-core advises beyond it.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


_RESULTS = "/?q=Lavrov+senjata"


def _completing(visit: Visit) -> Page:
    page = visit.to("/")
    page.keyboard.type("lav", delay=30)
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    return page


def _typed(visit: Visit) -> Page:
    page = visit.to("/")
    page.keyboard.type("penyu", delay=30)
    expect(page).to_have_url(re.compile("penyu"))
    return page


def _dragged(visit: Visit) -> Page:
    page = visit.to("/?q=rusia")
    drag_over_the_timeline(page)
    expect(page.locator(".chip")).to_have_count(1)
    return page


def _story(visit: Visit) -> Page:
    page = visit.to("/?q=tukik+Sukamade")
    page.locator(".story summary").click()
    return page


def _options(visit: Visit) -> Page:
    page = visit.to("/?q=senjata&sort=newest")
    expect(page.get_by_label("Urutan")).to_be_visible()
    return page


def _found_in_facet(visit: Visit) -> Page:
    page = visit.to("/")
    page.locator("[data-field=country]").get_by_role("searchbox").fill("belar")
    expect(page.locator("[data-field=country] li")).to_have_count(1)
    return page


def _versions(visit: Visit) -> Page:
    page = visit.to("/article?id=jembatan")
    page.get_by_text("Versi 1").click()
    return page


# Each is an address, or what is done to come to it; and options of the browser.
STATES: dict[str, tuple[str | Callable[[Visit], Page], dict[str, Any]]] = {
    "front": ("/", {}),
    "light": (_RESULTS, {}),
    "dark": (_RESULTS, {"color_scheme": "dark"}),
    "phone": (_RESULTS, {"viewport": {"width": 360, "height": 740}}),
    "wide": (_RESULTS, {"viewport": {"width": 1920, "height": 1080}}),
    "contrast": (_RESULTS, {"forced_colors": "active"}),
    "narrowed": ("/?q=senjata&country=RU,VE&person=Jorge+Arreaza&not-country=KR", {}),
    "completing": (_completing, {}),
    "completing dark": (_completing, {"color_scheme": "dark"}),
    "typed": (_typed, {}),
    "period": (_dragged, {}),
    "options": (_options, {}),
    "facet": (_found_in_facet, {}),
    "story": (_story, {}),
    "page 2": ("/?offset=10", {}),
    "article": ("/article?id=tukik-0", {}),
    "article dark": (_versions, {"color_scheme": "dark"}),
    "article phone": (_versions, {"viewport": {"width": 360, "height": 740}}),
    "versions": (_versions, {}),
    "values": ("/facets/country?q=senjata", {}),
    "nothing": ("/?q=penyu&country=VE", {}),
    "problem": ("/?q=senjata&person=Labrov", {}),
    "no article": ("/article?id=zzz", {}),
    "english": ("/?q=Lavrov+senjata&country=RU&lang=en", {}),
    "reference": ("/api", {}),
}


def complaints_of_axe(page: Page) -> list[Any]:
    """What axe-core finds: the rule, what it asks for, the elements."""
    page.evaluate(_AXE)
    found = page.evaluate("(tags) => axe.run({ runOnly: tags })", _RULES)
    assert found["passes"], "axe-core has looked at nothing"
    return [
        (one["id"], one["help"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
    ]


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_nothing_moves_and_nothing_is_refused(
    visits: Any, desk: str, name: str
) -> None:
    reach, options = STATES[name]
    visit = visits(desk, **options)
    page = visit.to(reach) if isinstance(reach, str) else reach(visit)
    if folder := os.environ.get("CAKAP_SEARCH_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}.png")
    assert complaints_of_axe(page) == []
    if isinstance(reach, str):  # what is done moves what it is to move
        assert page.evaluate("window.moved") == []
    assert page.evaluate("window.refused") == []
    assert visit.complaints == []


def test_the_watchers_of_every_state_see_what_they_watch_for(visit: Visit) -> None:
    page = visit.to("/?q=senjata")
    page.wait_for_timeout(600)  # what moves within half a second of an input is its own doing
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.prepend(script, document.createElement("hr"));
          document.querySelector("hr").style.margin = "9rem";
          fetch("http://192.0.2.1/").catch(() => {});
        }"""
    )
    expect(page.locator("hr")).to_be_visible()
    page.wait_for_function("window.moved.length && window.refused.length >= 2")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert "html-has-lang" in {rule for rule, *_ in complaints_of_axe(page)}
    assert page.evaluate("window.ran") is None
    assert visit.complaints
    visit.complaints.clear()
