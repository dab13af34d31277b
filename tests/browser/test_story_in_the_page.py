"""The story as a person lives it: one page, three people, one card, one change."""

import os
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect
from tests.browser.conftest import Demo

from placet.cli.demo.words import MOVE, TYPO, WHY_NOT

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.requirement("ASK-1", "DEC-1", "DEC-2", "WF-1")]

RILEY, DANA = "U0RILEY", "U0DANA"


async def act_as(page: Page, person: str) -> None:
    await page.get_by_test_id("act-as").locator(f"[data-user-id={person}]").click()


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


def card(page: Page, text: str) -> Locator:
    """The message with a card about `text`, wherever it is on the page."""
    return page.locator("[data-message-ts]", has=page.locator("table"), has_text=text)


async def keep(page: Page, shots: Path, name: str) -> None:
    await page.screenshot(path=shots / f"{name}.png")


async def picture(page: Page, shown: Locator) -> None:
    """Renew the picture of a card in the README, where that is asked for."""
    if os.environ.get("PLACET_UPDATE_IMAGES") == "1":
        await page.set_viewport_size({"width": 1040, "height": 900})
        await shown.screenshot(path=ROOT / "docs" / "images" / "card.png")


async def test_what_a_director_approves_in_the_page_happens_and_the_rep_reads_it(
    demo: Demo, browser: BrowserContext, shots: Path
) -> None:
    page = await browser.new_page()
    await page.goto(demo.page)
    await say(page, MOVE)
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("Dana Okafor", timeout=60_000)
    await keep(page, shots, "1-riley-asked")

    await act_as(page, DANA)
    proposed = card(page, "Hooli expansion")
    await expect(proposed.locator("[data-action-id='decide:approve']")).to_be_visible()
    await expect(proposed).to_contain_text("negotiation")
    await keep(page, shots, "2-dana-has-a-card")

    await proposed.locator("[data-action-id='decide:approve']").click()
    await expect(proposed.locator("[data-action-id='decide:approve']")).to_have_count(0)
    await keep(page, shots, "3-dana-approved")

    await act_as(page, RILEY)
    await page.get_by_test_id("open-thread").first.click()
    await expect(thread).to_contain_text("Done")
    await keep(page, shots, "4-riley-reads-the-result")
    assert demo.changes_in_crm() == ["update"]


async def test_what_a_director_rejects_in_the_page_reaches_the_rep_with_the_reason(
    demo: Demo, browser: BrowserContext, shots: Path
) -> None:
    page = await browser.new_page()
    await page.goto(demo.page)
    await say(page, TYPO)
    await expect(page.get_by_test_id("thread")).to_contain_text("Dana Okafor", timeout=60_000)

    await act_as(page, DANA)
    proposed = card(page, "120.00 EUR")
    await expect(proposed).to_contain_text("95,000.00 EUR")
    await keep(page, shots, "5-dana-sees-the-mistake")
    await picture(page, proposed)
    await proposed.locator("[data-action-id='decide:reject']").click()
    form = page.get_by_test_id("modal")
    await form.locator("textarea").fill(WHY_NOT)
    await keep(page, shots, "6-dana-says-why")
    await page.get_by_test_id("modal-submit").click()
    await expect(proposed.locator("[data-action-id='decide:approve']")).to_have_count(0)

    await act_as(page, RILEY)
    await page.get_by_test_id("open-thread").first.click()
    await expect(page.get_by_test_id("thread")).to_contain_text(WHY_NOT)
    await keep(page, shots, "7-riley-reads-the-reason")
    assert demo.changes_in_crm() == []
