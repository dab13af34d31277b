"""The page in the browser. The marked tests drive the system's Chromium."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from placet.localslack import Actor, LocalSlack, Player
from placet.localslack.server import PAGE_FILES

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --no-first-run --disable-sync "
    "--disable-component-update"
)


async def test_every_file_of_the_page_is_served_and_asks_nothing_of_the_internet(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        for name, kind in PAGE_FILES.items():
            answer = await session.get(f"{slack.url}{'' if name == 'index.html' else f'page/{name}'}")
            assert (answer.status, answer.content_type) == (200, kind)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            outside = set(re.findall(r"https?://[\w.]+", await answer.text()))
            assert outside <= {"http://www.w3.org"}  # the name of the SVG namespace, which is never fetched


def test_the_page_never_parses_text_as_markup() -> None:
    for name in PAGE_FILES:
        text = resources.files("placet.localslack").joinpath("page", name).read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)


@pytest.fixture
async def page(slack: LocalSlack) -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS.split())
        page = await browser.new_page()
        await page.goto(slack.url)
        yield page
        await browser.close()


@pytest.mark.slow
@pytest.mark.browser
async def test_what_is_typed_reaches_the_app_and_its_thread_opens(app: AsyncApp, page: Page) -> None:
    @app.event("message")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="*on it*")

    await page.get_by_test_id("composer").fill("move Acme")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("thread").locator("strong", has_text="on it")).to_be_visible()


def _hostile_card() -> list[dict[str, Any]]:
    text = '<img src=x onerror="document.title=1"> <javascript:alert(1)|click> &lt;script&gt; <https://a.test|fine>'
    go = {"type": "plain_text", "text": "Approve"}
    button = {"type": "button", "action_id": "approve", "style": "primary", "text": go}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [button]},
    ]


@pytest.mark.slow
@pytest.mark.browser
async def test_hostile_text_stays_text(page: Page, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="U0DANA", text="card", blocks=_hostile_card())
    section = page.locator(".b-section")
    await expect(section).to_contain_text("<script>")
    assert await section.locator("img, script").count() == 0
    links = [await link.get_attribute("href") for link in await section.locator("a").all()]
    assert links == ["https://a.test/"]


@pytest.mark.slow
@pytest.mark.browser
async def test_another_persons_card_shows_as_a_badge_and_is_decided_with_the_keyboard(
    app: AsyncApp, page: Page, client: AsyncWebClient, omar: Actor
) -> None:
    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="approved")

    await client.chat_postMessage(channel="U0OMAR", text="card", blocks=_hostile_card())
    person = page.get_by_test_id("act-as").locator("[data-user-id=U0OMAR]")
    await expect(person.locator(".badge")).to_have_text("1")
    await person.click()
    await page.locator("[data-action-id=approve]").focus()
    await page.keyboard.press("Enter")
    assert await omar.wait_message(lambda message: message.text == "approved") is not None
    await expect(page.locator("[data-action-id=approve]")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.browser
async def test_a_failed_click_is_told_and_a_modal_keeps_the_focus(
    connect: Callable[[AsyncApp], Awaitable[None]], page: Page, client: AsyncWebClient, player: Player
) -> None:
    app = AsyncApp(client=client)

    @app.command("/form")
    async def form(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        title = {"type": "plain_text", "text": "A form"}
        await client.views_open(trigger_id=body["trigger_id"], view={"type": "modal", "title": title, "blocks": []})

    await client.chat_postMessage(channel="U0DANA", text="card", blocks=_hostile_card())
    await page.locator("[data-action-id=approve]").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("is not connected")
    await connect(app)
    await page.get_by_test_id("composer").fill("/form")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("modal")).to_be_visible()
    for _ in range(4):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.querySelector('[data-testid=modal]').contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
