"""Pages in Chromium, with the network cut: whatever a page complains of or asks for fails the test that opened it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright
from small_pages import CASES, Written, busy

from network import apply, load
from optimizer import plan_flows, what_if
from optimizer.report.page import plan_subject, whatif_subject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page
    from small_pages import Opener

    from network import Dataset

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield Chromium; one for each module, because its driver keeps an event loop running that others would meet."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = "no Chromium here; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Open a file or a text as a page; at the end no page may have complained or asked for anything but itself."""
    problems: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(f"{message.type}: {message.text}")

    def opened(page: str | Path, **options: object) -> Page:
        context = browser.new_context(**{"viewport": WIDE, "offline": True} | options)
        contexts.append(context)
        if isinstance(page, str):
            path = tmp_path / f"page{len(contexts)}.html"
            path.write_text(page, encoding="utf-8")
        else:
            path = page
        sheet = context.new_page()
        sheet.set_default_timeout(5000)
        sheet.on("console", heard)
        sheet.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        address = path.as_uri()
        sheet.on("request", lambda request: problems.append(request.url) if request.url != address else None)
        sheet.goto(address)
        return sheet

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def busy_data(tiny: Dataset) -> Dataset:
    """Return the tiny dataset with more demand than it can carry."""
    return busy(tiny)


@pytest.fixture(scope="session")
def busy_plan(busy_data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a plan with bottlenecks, unmet demand and two commodities."""
    plan = plan_flows(busy_data)
    return Written(lambda: plan_subject(plan, command="corridor report"), plan, tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def busy_whatif(busy_data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return three scenarios, one of them of another year."""
    result = what_if(busy_data, CASES)
    return Written(lambda: whatif_subject(result, command="corridor report"), result, tmp_path_factory.mktemp("whatif"))


@pytest.fixture(scope="session")
def bundled_plan(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return the plan of the bundled network, without the curves and routes that take a while."""
    plan = plan_flows(load())
    return Written(lambda: plan_subject(plan, relations=(), curves=()), plan, tmp_path_factory.mktemp("bundled"))


@pytest.fixture(scope="session")
def bundled_whatif(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a chain of three projects on the bundled network, without the curves and routes that take a while."""
    data = load()
    data = apply(data, data.scenarios["titr-2030"])
    result = what_if(data, ["aktau-hub", "alat-260", "caspian-ships"], combine="chain", ranges=False)
    folder = tmp_path_factory.mktemp("bundled-whatif")
    return Written(lambda: whatif_subject(result, relations=(), curves=()), result, folder)
