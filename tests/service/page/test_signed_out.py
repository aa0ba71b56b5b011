"""A page whose session has ended, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from config.home import Home
from tests.service.page.conftest import looking_at
from tests.service.serving import TOKEN


def test_a_session_that_ended_elsewhere_is_told_and_gone_on_with(
    browser: Browser, home: Home
) -> None:
    """Whoever signed out in another tab would go on to say things, and nothing would be recorded."""
    with looking_at(browser, home, TOKEN) as looking:
        page = looking.page
        page.goto(f"{looking.url}ui/recent?state=filed")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Recent")).to_be_visible()
        assert page.url.endswith("/ui/recent?state=filed")
        page.context.clear_cookies()
        page.locator("nav").get_by_role("link", name="Review").click()
        expect(page.locator("#connection")).to_contain_text("You are signed out")
        page.locator("#connection").get_by_role("link", name="Go on").click()
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Review")).to_be_visible()
        looking.troubles.clear()
