"""Editing in a real browser: nothing but the person's text can be approved while they write, and what they write stays."""

import pytest

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import ChangeState, Decision, Verdict
from tests.review.browsing import PASSWORD, fits, open_page, sign_in
from tests.review.conftest import say

pytestmark = pytest.mark.slow  # a browser for each

MINE = "ผู้ขายตอบกลับภายใน 3 วันทำการ"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def problems():
    """What the browser complains about; nothing, at the end, but a form that was refused."""
    found = []
    yield found
    assert [line for line in found if "status of 422" not in line] == []


@pytest.fixture
def desk_page(browser, site, desk, accounts, changes, problems):
    """Opens the page of a signed-in reviewer, in one language or the other; the embedder is warm, as a page's is that runs."""
    desk.assessor.warm()
    accounts.add_user("malee", PASSWORD, Role.REVIEWER, ("th-TH",), "test")

    def opened(**options):
        page = open_page(browser, problems, **options)
        sign_in(page, site)
        return page

    return opened


@pytest.mark.parametrize(("locale", "screen"), [("en-US", {}), ("th-TH", {}), ("th-TH", PHONE)])
def test_with_an_edit_open_only_the_persons_text_can_be_approved(desk_page, site, store, changes, locale, screen):
    change = changes[2]
    page = desk_page(locale=locale, **screen)
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.click("[data-panel=edit]")
    page.fill("#edit-answer", MINE)
    primary = page.locator(".primary:visible")
    assert primary.count() == 1, "one primary button, and it approves what was typed"
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_selector(".flash")
    assert store.change(change.id).state is ChangeState.APPROVED
    assert store.change(change.id).revision.text.answer == MINE
    assert fits(page)


def test_a_kept_draft_opens_the_editor_again_and_the_same_rule_holds(desk_page, site, store, changes):
    page = desk_page()
    page.goto(f"{site}/changes/{changes[2].id}?market=th-TH")
    page.keyboard.press("e")
    page.fill("#edit-answer", MINE)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url(lambda url: changes[2].id not in url)
    page.goto(f"{site}/changes/{changes[2].id}?market=th-TH")
    assert page.input_value("#edit-answer") == MINE
    assert page.locator(".primary:visible").count() == 1
    page.keyboard.press("a")
    page.wait_for_selector(".flash")
    assert store.change(changes[2].id).revision.text.answer == MINE


def test_an_edit_can_be_discarded_and_brought_back_without_leaving_the_card(desk_page, site, store, changes):
    change = changes[2]
    proposed = change.revision.text.answer
    page = desk_page()
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.keyboard.press("e")
    page.fill("#edit-answer", MINE)
    page.select_option("#edit-category", "style")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert not page.locator("#edit").is_visible()
    assert page.input_value("#edit-answer") == proposed
    page.click("[data-undo]")
    assert page.input_value("#edit-answer") == MINE
    assert page.input_value("#edit-category") == "style"
    page.click("#edit [data-discard]")
    page.reload()
    assert not page.locator("#edit").is_visible(), "nothing is kept of it"
    page.keyboard.press("a")
    page.wait_for_selector(".flash")
    assert store.change(change.id).revision.text.answer == proposed


@pytest.mark.parametrize("locale", ["en-US", "th-TH"])
def test_what_was_typed_for_an_older_version_is_offered_and_not_put_over_the_new_text(desk_page, site, person, changes, locale):
    change = changes[3]  # high risk: a first approval moves its version
    page = desk_page(locale=locale)
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.keyboard.press("e")
    page.fill("#edit-answer", MINE)
    person("ann").submit(f"/changes/{change.id}/approve", version="1")
    page.reload()
    assert not page.locator("#edit").is_visible()
    assert page.locator("#kept .text").inner_text() == MINE
    page.click("#kept [data-take-kept]")
    assert page.input_value("#edit-answer") == MINE
    assert page.locator(".primary:visible").count() == 1


def test_without_a_script_typing_hides_the_other_approval_and_is_never_dropped(desk_page, site, store, changes):
    change = changes[2]
    page = desk_page(java_script_enabled=False)
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.click("#edit summary")
    page.fill("#edit-answer", MINE)
    assert page.locator(".primary:visible").count() == 1
    page.click("#edit summary")  # the editor is closed, the typing is still in the form
    page.click(".acts .primary")
    assert store.change(change.id).state is ChangeState.PENDING
    assert page.input_value("#edit-answer") == MINE
    page.click("#edit .primary")
    assert store.change(change.id).revision.text.answer == MINE


def test_changes_are_asked_for_by_keyboard_and_what_was_typed_survives_a_reload(desk_page, site, store, changes):
    change = changes[2]
    page = desk_page(locale="th-TH")
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.id") == "request-comment"
    page.keyboard.insert_text("ใช้คำว่าผู้ขาย")
    assert page.locator(".primary:visible, .danger:visible").count() == 1, "an approval would drop what is typed"
    page.reload()
    assert page.input_value("#request-comment") == "ใช้คำว่าผู้ขาย"
    page.focus("#request-comment")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".flash")
    assert store.change(change.id).state is ChangeState.CHANGES_REQUESTED
    page.goto(f"{site}/changes/{change.id}")
    assert not page.locator("#kept").is_visible(), "it was taken, so it is not offered again"
    page.get_by_role("button", name=say("th", "take_back")).click()
    page.wait_for_selector(".flash")
    assert store.change(change.id).state is ChangeState.PENDING


def test_the_proposed_text_is_taken_into_the_editor_and_typing_that_it_replaces_comes_back(desk_page, site, person, changes):
    change = changes[3]
    text = change.revision.text
    person("ann").submit(f"/changes/{change.id}/edit", version="1", question=text.question, answer=f"{text.answer}ค่ะ")
    page = desk_page()
    page.goto(f"{site}/changes/{change.id}?market=th-TH")
    page.keyboard.press("e")
    page.fill("#edit-answer", MINE)
    page.click("[data-take]")
    assert page.input_value("#edit-answer") == text.answer
    page.click("[data-undo]")
    assert page.input_value("#edit-answer") == MINE


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_correction_that_was_typed_is_not_left_by_a_slip(desk_page, site, store, changes, problems, is_typed):
    store.decide(Decision(change_id=changes[2].id, verdict=Verdict.APPROVE, actor="ann", seen_version=1))
    page = desk_page()
    page.goto(f"{site}/entries/{changes[2].entry_id}")
    if is_typed:
        page.fill("#correct-answer", MINE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("nav.path a")
    page.wait_for_url(lambda url: url.endswith("/entries?market=th-TH"))
    asked = [line for line in problems if line.startswith("dialog")]
    problems[:] = [line for line in problems if line not in asked]
    assert len(asked) == int(is_typed)
