"""A real browser, and whether anything went wrong in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0
"""Seconds after which what was to be seen counts as missing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser that the distribution has; its event loop ends with the module.

    While that runs, no other test of this process can call ``asyncio.run``.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, f"none of {', '.join(BROWSERS)} is installed; 'make setup' does that"
    with sync_playwright() as playwright:
        # Its sandbox refuses to run as root, as which containers are tested.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with playwright.chromium.launch(executable_path=path, args=arguments) as browser:
            expect.set_options(timeout=PATIENCE * 1000)
            yield browser


@contextmanager
def watched(
    browser: Browser, *, width: int = 1440, height: int = 900, dark: bool = False
) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser, and what goes wrong in it: nothing must, by the end of the block."""
    scheme = "dark" if dark else "light"
    size = {"width": width, "height": height}
    with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        # That a picture is not there any more is told in the page.
        page.on(
            "console",
            lambda said: (
                said.type == "error"
                and not said.text.startswith("Failed to load resource")
                and troubles.append(said.text)
            ),
        )
        page.on("response", lambda one: one.status >= 500 and troubles.append(one.url))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        yield page, troubles
        assert troubles == []
