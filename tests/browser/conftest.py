"""A real Chromium, and the real API with the synthetic fleet behind it.

Debian's chromium is driven by playwright; its own browsers are not downloaded.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from tests.api.small_county import serving
from tests.browser.fleet import fill_fleet

expect.set_options(timeout=30_000)
NO_CHROMIUM = "chromium is not installed; `make services` installs it"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("GUANGFU_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the API on the synthetic fleet."""
    folder: Path = tmp_path_factory.mktemp("site")
    engine = open_database(f"sqlite:///{folder}/guangfu.sqlite")
    upgrade(engine)
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{folder}/telemetry.duckdb"))
    fill_fleet(engine, store)
    with serving(store, engine, cache_s=60, curve_cache_s=60, stream_interval_s=1) as api:
        api.get("/v1/fleet")
        yield str(api.client.base_url)
    store.close()
    engine.dispose()


class Visitor:
    """A browser window on the site, which remembers everything that its console complains about."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(30_000)
        page.on("console", lambda message: self._heard(message.type, f"{message.text} {message.location}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.site = site.rstrip("/")

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site}{path}")
        return self.page


@pytest.fixture
def desk(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A desktop screen."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    yield Visitor(context.new_page(), site)
    context.close()


@pytest.fixture
def phone(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A cheap phone held upright."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    yield Visitor(context.new_page(), site)
    context.close()
