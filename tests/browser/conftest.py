"""A real browser on a real server: Debian's Chromium, driven by Playwright."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index.config import Config
from index.pipeline import index_paths
from tests.commands import PROGRAM, environment
from tests.conftest import SAMPLES

_SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A machine may be busy; nothing here is about time.
_PATIENCE_MS = 20_000
expect.set_options(timeout=_PATIENCE_MS)
# What the samples have none of: a story of several outlets, an article with versions, another
# address and a correction.
_STORY = (
    "Kementerian Kelautan melepas seribu tukik di Pantai Sukamade pada Sabtu pagi. Menteri Luar"
    " Negeri Rusia Sergei Lavrov, yang sedang berlibur, ikut menyaksikannya bersama warga. Petugas"
    " mencatat jumlah sarang naik dua kali lipat dibanding tahun lalu, kata kepala balai."
)
_OUTLETS = ("Warta Teluk", "Harian Pasir", "Suara Ombak")
_EARLIER = [
    {
        "id": "jembatan",
        "title": "Jembatan Sungai Kahayan dibuka",
        "body": "Jembatan Sungai Kahayan dibuka Senin. Panjangnya 600 meter.",
        "date": "2022-02-07",
        "modified": "2022-02-07T08:00:00+07:00",
        "source": "Warta Teluk",
        "author": "Sari Melati",
        "url": "https://warta.example/jembatan",
    }
]
_LATER = [
    {
        **_EARLIER[0],
        "body": "Jembatan Sungai Kahayan dibuka Senin. Panjangnya 640 meter.",
        "modified": "2022-02-07T12:00:00+07:00",
        "aliases": ["https://warta.example/jembatan-kahayan"],
    },
    {
        "id": "ralat",
        "title": "Ralat panjang jembatan Kahayan",
        "body": "Dalam berita jembatan Kahayan sebelumnya panjang jembatan ditulis keliru.",
        "date": "2022-02-08",
        "source": "Warta Teluk",
        "corrects": "jembatan",
    },
    *(
        {
            "id": f"tukik-{place}",
            "title": "Seribu tukik dilepas di Sukamade",
            "body": _STORY,
            "date": f"2022-03-05T0{6 + place}:00:00+07:00",
            "source": outlet,
        }
        for place, outlet in enumerate(_OUTLETS)
    ),
]


@contextmanager
def serving(archive: Path) -> Iterator[str]:
    """The address of `cakap-search serve` over an archive."""
    indonesian = environment(CAKAP_SEARCH_LANG="id")
    command = [PROGRAM, "serve", "--port", "0", "--archive", str(archive)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=indonesian)
    assert server.stderr is not None
    try:
        said = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        yield found[0]
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; a test that needs it is skipped where it is missing.

    When `$CAKAP_SEARCH_TEST_BROWSER` is set, a missing one fails instead. It is closed before other
    tests run, since Playwright holds an event loop as long as it lives.
    """
    chosen = os.environ.get("CAKAP_SEARCH_TEST_BROWSER")
    program = Path(chosen or "/usr/bin/chromium")
    if not program.is_file():
        if chosen:
            pytest.fail(f"$CAKAP_SEARCH_TEST_BROWSER names {program}, which is not there")
        pytest.skip(f"no browser at {program}; set CAKAP_SEARCH_TEST_BROWSER")
    # Chromium's sandbox refuses to be started by root.
    switches = [*_SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=switches)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the samples and what they have none of."""
    del browser  # Nothing is indexed where there is none.
    folder = tmp_path_factory.mktemp("desk")
    for number, articles in enumerate((_EARLIER, _LATER)):
        path = folder / f"{number}.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in articles))
        index_paths([str(SAMPLES), str(path)], folder / "archive", Config(), jobs=1)
    with serving(folder / "archive") as address:
        yield address


class Visit:
    """A page that is being looked at, and everything it complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, kind: str, text: str) -> None:
        # Chromium tells each answer above 399 this way, the page of a problem too.
        is_problem = any(f"status of {status}" in text for status in (404, 422))
        if kind in ("error", "warning") and not is_problem:
            self.complaints.append(text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.address):
            self.complaints.append(f"another host is asked: {request.url}")

    def to(self, path: str) -> Page:
        """The page at a path, its scripts at work."""
        self.page.goto(self.address + path)
        return self.page

    def status(self) -> str:
        """What the status line says."""
        return self.page.locator("#status").inner_text()


@pytest.fixture
def visits(browser: Browser) -> Iterator[Any]:
    """Makes visits of an address, with the options of a browser context."""
    contexts = []

    def begin(address: str, **options: Any) -> Visit:
        options = {"locale": "id-ID", "viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(**options)
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        context.add_init_script(_WATCHING)
        return Visit(context.new_page(), address)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def visit(visits: Any, desk: str) -> Iterator[Visit]:
    """A visit of the desk; nothing may complain in it."""
    visit = visits(desk)
    yield visit
    assert visit.complaints == []


# What moves without the reader having done something, and what the policy refuses.
_WATCHING = """
window.moved = [];
window.refused = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries().filter((one) => !one.hadRecentInput)) {
    const nodes = one.sources.map(({ node }) => node?.outerHTML ?? node?.textContent ?? "");
    window.moved.push(`${one.value} ${nodes.map((text) => text.slice(0, 80)).join(" | ")}`);
  }
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  window.refused.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
