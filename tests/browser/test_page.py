"""What people do on the page, in Chromium: with the mouse, by keyboard, without JavaScript."""

import csv
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def expect_asked(page: Page, **wanted: str) -> None:
    """The page comes to ask for nothing else."""
    page.wait_for_url(lambda url: dict(parse_qsl(urlsplit(url).query)) == wanted)


def drag_over_the_timeline(page: Page) -> tuple[str, str]:
    """Drag from the first bar to the last but one; the periods of both."""
    bars = page.locator(".timeline svg a")
    ends = bars.nth(0), bars.nth(bars.count() - 2)
    places = [bar.locator(".area").bounding_box() for bar in ends]
    first, last = (
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in places if box
    )
    periods = tuple(bar.get_attribute("data-period") or "" for bar in ends)
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=8)
    page.mouse.up()
    return periods[0], periods[1]


def test_the_cursor_stands_in_the_field_and_a_slash_leads_back_to_it(visit: Visit) -> None:
    page = visit.to("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator(".hit h3 a").first.focus()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")


def test_hits_and_facets_follow_while_typing_and_the_cursor_stays(visit: Visit) -> None:
    page = visit.to("/")
    everything = visit.status()
    page.keyboard.type("penyu", delay=30)
    expect(page.locator("#status")).not_to_have_text(everything)
    expect(page).to_have_url(re.compile(r"\?q=penyu$"))
    expect(page.locator("#q")).to_be_focused()
    assert page.locator(".hit").count() == int(visit.status().split()[0])
    assert page.evaluate("document.querySelector('#q').selectionStart") == len("penyu")
    page.go_back()
    expect(page.locator("#status")).to_have_text(everything)
    expect(page.locator("#q")).to_have_value("")


def test_the_status_line_is_one_element_that_stays(visit: Visit) -> None:
    page = visit.to("/?q=rusia")
    page.evaluate("window.line = document.querySelector('#status')")
    page.locator("#q").press_sequentially(" senjata", delay=20)
    expect(page).to_have_url(re.compile("senjata"))
    page.locator(".facets a").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    assert page.evaluate("window.line === document.querySelector('[role=status]')")


def test_completions_are_chosen_with_arrows_and_closed_with_escape(visit: Visit) -> None:
    page = visit.to("/")
    field, options = page.locator("#q"), page.locator("#suggestions [role=option]")
    expect(field).to_have_role("combobox")
    page.keyboard.type("lav", delay=30)
    expect(options.first).to_be_visible()
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("lav")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = options.first.get_attribute("data-text")
    page.keyboard.press("Enter")
    expect(field).to_have_value(chosen or "")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect_asked(page, q=chosen or "")


def test_a_completion_is_chosen_with_the_mouse(visit: Visit) -> None:
    page = visit.to("/")
    page.keyboard.type("lav", delay=30)
    option = page.locator("#suggestions [role=option]").first
    chosen = option.get_attribute("data-text")
    option.click()
    expect(page.locator("#q")).to_have_value(chosen or "")
    expect(page.locator("#q")).to_be_focused()


def test_two_countries_and_a_person_narrow_and_chips_take_them_back(visit: Visit) -> None:
    page = visit.to("/?q=senjata")
    facets, chips = page.locator(".facets"), page.locator(".chip")
    facets.get_by_role("link", name=re.compile("^Rusia")).click()
    expect(chips).to_have_count(1)
    facets.get_by_role("link", name=re.compile("^Venezuela")).click()
    expect(chips).to_have_count(2)
    facets.get_by_role("link", name=re.compile("^Jorge Arreaza")).click()
    expect(chips).to_have_count(3)
    expect_asked(page, q="senjata", country="RU,VE", person="Jorge Arreaza")
    narrowed = visit.status()
    page.reload()
    assert visit.status() == narrowed
    page.get_by_role("link", name="semua sekaligus").click()
    expect(page).to_have_url(re.compile("country=RU&country=VE"))
    page.go_back()
    expect(page).to_have_url(re.compile("country=RU%2CVE"))
    expect(page.locator(".chips")).to_contain_text("Rusia × atau")
    page.get_by_role("link", name="Hapus: Rusia").click()
    expect(chips).to_have_count(2)
    page.get_by_role("link", name="Hapus semua").click()
    expect(chips).to_have_count(0)
    expect_asked(page, q="senjata")


def test_a_facet_keeps_the_focus_when_it_is_chosen(visit: Visit) -> None:
    page = visit.to("/?q=senjata")
    link = page.locator('[data-field=country] [data-value="VE"]')
    link.focus()
    page.keyboard.press("Enter")
    expect(link).to_have_attribute("aria-current", "true")
    expect(link).to_be_focused()


def test_a_long_facet_is_searched_where_it_stands(visit: Visit) -> None:
    page = visit.to("/")
    country = page.locator("[data-field=country]")
    frequent = country.locator("li").all_inner_texts()
    country.get_by_role("searchbox").fill("sud")
    expect(country.locator("li")).to_have_count(1)
    country.get_by_role("searchbox").fill("")
    expect(country.locator("li")).to_have_text(frequent)
    country.get_by_role("searchbox").fill("belar")
    expect(country.locator("li")).to_have_count(1)
    country.locator("li a").click()
    expect(page.locator(".chip")).to_have_text(re.compile("Belarus"))


def test_a_period_is_dragged(visit: Visit) -> None:
    page = visit.to("/?q=rusia")
    everything = visit.status()
    first, last = drag_over_the_timeline(page)
    expect(page.locator(".chip")).to_have_count(1)
    expect_asked(page, q="rusia", date=f"{first}..{last}")
    assert visit.status() != everything


def test_a_bar_that_is_clicked_is_the_period(visit: Visit) -> None:
    page = visit.to("/?q=rusia")
    bar = page.locator(".timeline svg a").first
    period = bar.get_attribute("data-period")
    bar.locator(".area").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect_asked(page, q="rusia", date=period or "")


def test_a_period_is_picked_by_keyboard(visit: Visit) -> None:
    page = visit.to("/?q=rusia")
    bars = page.locator(".timeline svg a")
    periods = [bar.get_attribute("data-period") for bar in bars.all()]
    page.locator(".timeline svg a[tabindex='0']").focus()
    page.keyboard.press("Home")
    expect(bars.first).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".picked")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator(".picked")).to_be_empty()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    expect_asked(page, q="rusia", date=f"{periods[1]}..{periods[2]}")


def test_a_story_opens_in_place(visit: Visit) -> None:
    page = visit.to("/?q=tukik+Sukamade")
    before = page.url
    page.get_by_text("3 media: Warta Teluk, Harian Pasir, Suara Ombak").click()
    others = page.locator(".story li")
    expect(others).to_have_count(2)
    expect(others.first).to_be_visible()
    assert page.url == before
    others.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Lainnya dari berita ini")).to_be_visible()
    assert page.locator(".similar .named").first.locator("li").count() == 2
    page.go_back()
    expect(page.locator(".story li")).to_have_count(2)


def test_pages_of_hits_go_forth_and_back(visit: Visit) -> None:
    page = visit.to("/")
    titles = page.locator(".hit h3")
    first = titles.all_inner_texts()
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.locator(".hits ol")).to_have_attribute("start", "11")
    assert not set(titles.all_inner_texts()) & set(first)
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(titles).to_have_text(first)


@pytest.mark.parametrize("form", ["CSV", "JSON Lines"])
def test_the_whole_result_is_saved(visit: Visit, tmp_path: Path, form: str) -> None:
    page = visit.to("/?country=RU")
    with page.expect_download() as started:
        page.get_by_role("link", name=form).click()
    started.value.save_as(tmp_path / "saved")
    text = (tmp_path / "saved").read_text("utf-8")
    if form == "CSV":
        saved = len(list(csv.DictReader(text.splitlines())))
    else:
        saved = len([msgspec.json.decode(line) for line in text.splitlines()])
    assert visit.status() == f"{saved} artikel"
    assert saved > page.locator(".hit").count()


def test_the_language_is_switched_and_kept(visit: Visit) -> None:
    page = visit.to("/?q=senjata&country=RU")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect_asked(page, q="senjata", country="RU", lang="en")
    expect(page.locator(".chip")).to_contain_text("Russia")
    page.locator("#q").press_sequentially(" baru", delay=20)
    expect_asked(page, q="senjata baru", country="RU", lang="en")
    expect(page.locator("#status")).to_contain_text("articles")
    page.locator(".hit h3 a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_order_is_changed(visit: Visit) -> None:
    page = visit.to("/?q=rusia")
    page.get_by_text("Pilihan lain").click()
    page.get_by_label("Urutan").select_option("oldest")
    expect_asked(page, q="rusia", sort="oldest")
    days = [one.get_attribute("datetime") or "" for one in page.locator(".hit time").all()]
    assert days == sorted(days)


def test_a_problem_is_told_in_the_status_line_and_goes_away(visit: Visit) -> None:
    page = visit.to("/?q=rusia&person=Labrov")
    expect(page.locator("#status")).to_contain_text("Labrov")
    assert page.locator("#q").get_attribute("aria-describedby") == "status"
    page.get_by_role("link", name="Hapus: Labrov").click()
    expect(page.locator("#status")).to_contain_text("artikel")
    assert page.locator("#q").get_attribute("aria-invalid") is None


def test_an_article_shows_all_that_is_known_of_it(visit: Visit) -> None:
    page = visit.to("/article?id=jembatan")
    main = page.locator("main")
    expect(main).to_contain_text("dikoreksi oleh ralat")
    expect(main).to_contain_text("https://warta.example/jembatan-kahayan")
    page.get_by_text("Versi 1").click()
    expect(page.locator("del")).to_contain_text("600 meter")
    expect(page.get_by_role("insertion").last).to_contain_text("640 meter")
    page.locator(".badge a").click()
    expect(main).to_contain_text("mengoreksi jembatan")


def test_names_in_an_article_lead_to_a_search(visit: Visit) -> None:
    page = visit.to("/article?id=tukik-0")
    page.locator(".text a.person").click()
    expect(page.locator(".chip")).to_contain_text("Lavrov")
    expect(page.locator(".hit").first).to_be_visible()


def test_a_citation_is_copied(visits: Any, desk: str) -> None:
    visit = visits(desk, permissions=["clipboard-read", "clipboard-write"])
    page = visit.to("/article?id=jembatan")
    page.get_by_role("button", name="Salin").click()
    expect(page.locator("#copied")).to_have_text("Tersalin")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Sari Melati. “Jembatan Sungai Kahayan dibuka”. Warta Teluk, 7 Februari 2022."
        " https://warta.example/jembatan"
    )


def test_everything_is_done_without_javascript(visits: Any, desk: str) -> None:
    visit = visits(desk, java_script_enabled=False)
    page = visit.to("/")
    page.locator("#q").fill("senjata")
    page.get_by_role("button", name="Cari").click()
    everything = visit.status()
    page.locator(".facets").get_by_role("link", name=re.compile("^Venezuela")).click()
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".timeline svg a").first.click()
    expect(page.locator(".chip")).to_have_count(2)
    assert visit.status() != everything
    page.get_by_role("link", name="Hapus: Venezuela").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("link", name="Hapus:").click()
    assert visit.status() == everything
    visit.to("/").locator("[data-field=country]").get_by_role("searchbox").fill("belar")
    page.locator("[data-field=country]").get_by_role("button").click()
    page.get_by_role("link", name=re.compile("^Belarus")).click()
    expect(page.locator(".chip")).to_have_text(re.compile("Belarus"))
    page.locator(".hit h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    visit.to("/?q=tukik+Sukamade").get_by_text("3 media").click()
    expect(page.locator(".story li").first).to_be_visible()
    assert visit.complaints == []


def test_a_telephone_shows_all_in_one_column(visits: Any, desk: str) -> None:
    visit = visits(desk, viewport={"width": 360, "height": 740}, has_touch=True)
    for path in ("/", "/?q=senjata&country=RU,VE", "/article?id=jembatan", "/facets/country"):
        page = visit.to(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.to("/?q=senjata").get_by_role("link", name="Saring").tap()
    page.locator(".facets").get_by_role("link", name=re.compile("^Venezuela")).tap()
    expect(page.locator(".chip")).to_have_count(1)
    assert visit.complaints == []


def test_all_is_reached_by_keyboard_and_the_focus_is_seen(visit: Visit) -> None:
    page = visit.to("/?q=senjata")
    page.keyboard.press("Shift+Tab")
    reached: dict[str, bool] = {}
    for _ in range(120):
        page.keyboard.press("Tab")
        place, is_seen = page.evaluate(
            """() => {
              const one = document.activeElement;
              const style = getComputedStyle(one);
              const area = one.querySelector(".area");
              const isSeen = area ? getComputedStyle(area).stroke !== "none"
                : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              const around = ["[data-field]", ".timeline", ".hit", ".question", ".take", "footer"];
              const region = one.closest(around.join());
              return [region?.dataset.field ?? region?.classList[0] ?? one.tagName, isSeen];
            }"""
        )
        if place == "BODY":
            break
        reached[place] = reached.get(place, True) and is_seen
    assert reached.keys() >= {"question", "timeline", "hit", "take", "country", "person", "source"}
    assert all(reached.values()), reached


def test_an_article_is_printed_without_what_surrounds_it(visit: Visit) -> None:
    page = visit.to("/article?id=jembatan")
    page.emulate_media(media="print")
    expect(page.locator(".text")).to_be_visible()
    expect(page.locator("#citation")).to_be_visible()
    for around in (".question", ".languages", ".similar", "#copy", "footer"):
        expect(page.locator(around)).to_be_hidden()


def test_browsers_are_offered_the_feed_and_the_search(visit: Visit) -> None:
    page = visit.to("/?q=senjata")
    for kind in ("application/atom+xml", "application/opensearchdescription+xml"):
        link = page.locator(f'link[type="{kind}"]').get_attribute("href")
        answer = page.request.get(visit.address + (link or ""))
        assert answer.ok
        assert answer.headers["content-type"].startswith(kind)
    page.locator("#q").press_sequentially(" kapal", delay=20)
    expect(page).to_have_url(re.compile("kapal"))
    assert "kapal" in (page.locator("link[rel=alternate]").get_attribute("href") or "")
