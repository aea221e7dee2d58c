"""A reviewer's hour in a real browser: keys, checks as one types, Thai, no policy violation and no error in the console."""

import os
import time
from pathlib import Path

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import ChangeState
from tests.review.browsing import PASSWORD, fits, open_page, sign_in

pytestmark = pytest.mark.slow  # processes, a browser, or a whole release for each


def test_a_reviewer_works_through_the_queue_by_keyboard(browser, site, accounts, store, changes, tmp_path):
    _, update, minor, clean = changes
    accounts.add_user("malee", PASSWORD, Role.REVIEWER, ("th-TH",), "test")
    problems = []
    page = open_page(browser, problems)
    sign_in(page, site)
    page.screenshot(path=tmp_path / "queue.png")
    page.goto(f"{site}/changes/{update.id}?market=th-TH&risk=low")
    assert page.locator("ins", has_text="30").count()
    assert page.locator("h1").get_attribute("lang") == "th-TH"
    page.keyboard.press("a")
    page.wait_for_url(f"**/changes/{minor.id}?**")
    assert store.change(update.id).state is ChangeState.APPROVED

    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "edit-answer"
    assert page.locator("#checked .findings li").count() == 1
    page.fill("#edit-answer", "ผู้ขายตอบกลับภายใน 3 วันทำการ")
    page.wait_for_selector("#checked .good")
    page.reload()
    assert page.input_value("#edit-answer") == "ผู้ขายตอบกลับภายใน 3 วันทำการ", "a draft survives a reload"
    page.focus("#edit-answer")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".flash")
    assert store.change(minor.id).state is ChangeState.APPROVED

    page.goto(f"{site}/changes/{clean.id}?market=th-TH")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'พ', code: 'KeyR', bubbles: true}))")
    assert page.evaluate("document.activeElement.id") == "reject-category", "keys work on a Thai keyboard layout"
    page.select_option("#reject-cause", "localization")
    page.click("#reject .danger")
    page.wait_for_selector(".flash")
    assert store.change(clean.id).state is ChangeState.REJECTED
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert problems == []


def test_a_fix_goes_into_its_own_phrasing(browser, site, accounts, changes):
    accounts.add_user("malee", PASSWORD, Role.REVIEWER, ("th-TH",), "test")
    problems = []
    page = open_page(browser, problems)
    sign_in(page, site)
    page.goto(f"{site}/changes/{changes[1].id}")
    page.keyboard.press("e")
    page.fill("#edit-phrasings", "คืนสินค้าได้ถึงเมื่อไร\n\n  ดูได้ใน **Orders** ไหม 🙂")
    page.click("#checked .fix[data-phrasing='1']")
    assert page.input_value("#edit-phrasings") == "คืนสินค้าได้ถึงเมื่อไร\nดูได้ใน **คำสั่งซื้อ** ไหม 🙂"
    page.wait_for_selector("#checked .fix", state="detached")
    assert problems == []


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1280, "light"), ("th", 1280, "dark"), ("th", 390, "light")])
def test_every_page_fits_and_is_quiet(browser, site, accounts, changes, tmp_path, language, width, scheme):
    accounts.add_user("malee", PASSWORD, Role.ADMIN, (), "test")
    problems = []
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "locale": f"{language}-TH"}
    page = open_page(browser, problems, **options)
    sign_in(page, site)
    folder = Path(os.environ.get("KB_TEST_SHOTS") or tmp_path)
    card = f"/changes/{changes[0].id}"
    for name, path in (("queue", "/"), ("critical", card), ("update", f"/changes/{changes[1].id}"), ("releases", "/releases")):
        page.goto(site + path)
        page.evaluate("document.fonts.ready")
        time.sleep(0.05)
        page.screenshot(path=folder / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
        assert fits(page), (name, width)
        assert page.evaluate("document.fonts.check('16px \"Noto Sans Thai\"', 'ก')")
    assert problems == []
