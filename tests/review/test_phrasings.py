"""What the page shows of phrasings: which one is meant, where in it, what to write; and what an approved text loses."""

import re

from kb_pipeline.domain.faqs import FaqText
from tests.review.conftest import say

STALE = "คืนสินค้าได้ภายใน 7 วันใช่ไหม"
ENGLISH = "ดูได้ใน **Orders** ไหม"


def checked(person, change, *phrasings):
    text = change.revision.text
    fields = {"question": text.question, "answer": text.answer, "phrasings": "\r\n".join(phrasings), "version": "1"}
    return person().submit(f"/changes/{change.id}/check", {"x-part": "checked"}, **fields).text


def test_the_findings_while_typing_name_the_phrasing_and_mark_it(person, changes):
    page = checked(person, changes[1], "", "คืนสินค้าได้ถึงเมื่อไร", STALE)
    assert f"phrasing &#39;{STALE}&#39;: &#39;7 วัน&#39; is in neither question nor answer" in page
    assert '<p class="text phrasing">คืนสินค้าได้ภายใน <mark class="major">7 วัน</mark>ใช่ไหม</p>' in page


def test_a_fix_of_a_phrasing_says_which_line_it_is_for(person, changes):
    page = checked(person, changes[1], "คืนสินค้าได้ถึงเมื่อไร", "", ENGLISH)
    (button,) = re.findall(r'<button[^>]*class="fix"[^>]*>', page)
    assert 'data-part="phrasing" data-phrasing="1" data-start="10" data-end="16" data-fix="คำสั่งซื้อ"' in button


def test_the_card_shows_the_approved_phrasings_that_the_proposal_lost(person, changes, store):
    update = changes[1]
    change = store.change(update.id)
    lost = change.revision.text.phrasings[0]
    revision = change.revision.model_copy(
        update={"text": FaqText(question=change.revision.text.question, answer=change.revision.text.answer)}
    )
    store.propose(change.model_copy(update={"revision": revision, "version": 1, "generation": change.generation + 1}))
    page = person().get(f"/changes/{next(c.id for c in store.changes('th-TH') if c.entry_id == change.entry_id)}").text
    assert say("en", "card.phrasings") in page
    assert f"<li><del>{lost}</del></li>" in page
