import pytest

from kb_pipeline.domain.faqs import Provenance
from kb_pipeline.steps.source.generation import (
    GeneratedFaq,
    GeneratedFaqs,
    RevisedFaq,
    build_faqs,
    plan_generation,
    plan_revisions,
    revise_faq,
    settle_without_model,
)
from tests.factories import RETURNS, SAFETY, article, split

WINDOW = GeneratedFaq(
    question="How long do I have to return an item?",
    sources=(1, 2),
    answer="You can return most items within 15 days of delivery.",
    phrasings=("When is it too late to return?", "how long do I have to return an item?"),
)


def faq_of(item, generated=WINDOW):
    _, chunks = split(item)
    (task, *_) = plan_generation(item, chunks, ())
    (faq,) = build_faqs(task, GeneratedFaqs(faqs=(generated,)), Provenance(run_id="r"))
    return faq


@pytest.mark.parametrize(("body", "language", "sections"), [(RETURNS, "en", 2), (SAFETY, "zh-CN", 1)])
def test_a_new_article_sends_every_chunk_whole(body, language, sections):
    item = article(body=body, language=language)
    tasks = plan_generation(item, split(item)[1], ())
    assert len(tasks) == sections
    assert all(task.only == "" for task in tasks)


def test_what_was_seen_is_not_sent_again_and_a_new_sentence_is_sent_alone():
    old, new = article(), article(body=RETURNS.replace("The item must be unused.", "The item must be unused. Keep the box."))
    seen = {s.hash for s in split(old)[0]}
    assert plan_generation(old, split(old)[1], seen) == ()
    (task,) = plan_generation(new, split(new)[1], seen)
    assert task.only == "[3]"
    assert len(task.owned) == 1


def test_a_sentence_that_stands_twice_is_owned_by_the_first_chunk_whatever_was_done_first():
    body = RETURNS + "\n## Again\n\nThe item must be unused. Only once here.\n"
    item = article(body=body)
    first, _, again = plan_generation(item, split(item)[1], ())
    assert first.uncovered == (1, 2)
    assert again.uncovered == (2,)
    (left,) = [
        t for t in plan_generation(item, split(item)[1], set(again.owned)) if t.chunk.heading_path == first.chunk.heading_path
    ]
    assert left.uncovered == (1, 2)


def test_numbers_become_citations_and_over_citing_is_pruned():
    faq = faq_of(article())
    assert [c.text for c in faq.citations] == ["You can return most items within 15 days of delivery."]
    assert faq.text.phrasings == ("When is it too late to return?",)


def test_numbers_that_do_not_exist_are_ignored():
    assert faq_of(article(), WINDOW.model_copy(update={"sources": (0, 1, 99)})).citations


def test_a_faq_is_stale_only_when_a_cited_sentence_changed():
    item = article()
    faq, seen = faq_of(item), {s.hash for s in split(item)[0]}
    elsewhere = article(body=RETURNS.replace("3 business days", "5 business days"))
    assert plan_revisions([faq], split(elsewhere)[0], seen) == ()
    cited = article(body=RETURNS.replace("15 days", "30 days"))
    (task,) = plan_revisions([faq], split(cited)[0], seen)
    assert task.removed == ("You can return most items within 15 days of delivery.",)
    assert [s.claim for s in task.shown] == ["You can return most items within 30 days of delivery."]
    assert task.added == (1,)


def stale(new_sentence="You can return most items within 30 days of delivery."):
    item = article()
    faq, seen = faq_of(item), {s.hash for s in split(item)[0]}
    changed = article(body=RETURNS.replace("You can return most items within 15 days of delivery.", new_sentence))
    (task,) = plan_revisions([faq], split(changed)[0], seen)
    return task


def answer(verdict, text="You can return most items within 30 days of delivery.", sources=(1,)):
    return RevisedFaq(verdict=verdict, question=WINDOW.question, sources=sources, answer=text)


def test_a_modified_faq_keeps_its_id_and_gets_the_next_revision():
    task = stale()
    revised = revise_faq(task, answer("modify"), Provenance())
    assert (revised.id, revised.revision) == (task.faq.id, 2)
    assert revised.text.answer.endswith("30 days of delivery.")
    assert revised.citations[0].text.endswith("30 days of delivery.")


def test_keep_is_not_believed_when_a_fact_changed():
    revised = revise_faq(stale(), answer("keep"), Provenance())
    assert "30 days" in revised.text.answer


def test_keep_keeps_the_text_to_the_byte_when_only_the_wording_changed():
    task = stale("You can return most of the items within 15 days of delivery.")
    revised = revise_faq(task, answer("keep", "Something else entirely."), Provenance())
    assert revised.text == task.faq.text
    assert revised.citations[0].text == "You can return most of the items within 15 days of delivery."


def test_a_faq_without_any_sentence_left_is_retired_without_a_model():
    item = article()
    faq, seen = faq_of(item), {s.hash for s in split(item)[0]}
    gone = article(body="# Return an item\n\n## Send it back\n\nOpen **Me > Orders > Return** and choose the item.\n")
    (task,) = plan_revisions([faq], split(gone)[0], seen)
    settled = settle_without_model(task, Provenance())
    assert settled is not None
    assert settled.retired
