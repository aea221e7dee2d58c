"""Source FAQs for a small model: the article answers, the model asks."""

import pytest

from kb_pipeline.domain.calls import StoredCall
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.services.draft.estimate import WorkDue, estimate_run
from kb_pipeline.services.draft.generate import FaqWriter
from tests.factories import article, split
from tests.fakes import ScriptedLLM, SilentProgress

BODY = "# Lockers\n\nLockers are free. Bring the code.\n"
QUESTIONS = {"Lockers are free.": "What does a locker cost?", "Bring the code.": "What do I bring?"}
THAI_BODY = "# ตู้รับพัสดุ\n\nตู้รับพัสดุใช้ได้ฟรี\n"


class Author:
    """A folder of one article and a scripted model that is asked for single lines."""

    def __init__(self, store, body=BODY, language="en"):
        self.store, self.asks = store, dict(QUESTIONS)
        self.llm = ScriptedLLM({"ask_question": self.ask, "ask_otherwise": lambda request: {"text": f"Other {request.draw}?"}})
        self.read(body, language)

    def read(self, body, language="en", **more):
        written = article(body=body, language=language, **more)
        self.store.save_article(written, *split(written))

    def ask(self, request):
        said = next(said for text, said in self.asks.items() if request.messages[-1].content.endswith(f"] {text}"))
        one = said if isinstance(said, str | Exception) else said[min(request.draw, len(said) - 1)]
        if isinstance(one, Exception):
            raise one
        return {"text": one}

    def run(self):
        writer = FaqWriter(self.store, self.llm, SilentProgress(), run_id="r", parallel=1, asks="sentence")
        return writer.run()

    def faqs(self):
        return {faq.text.question: faq for faq in self.store.source_faqs()}


@pytest.fixture
def author(store):
    return Author(store)


def test_each_answer_is_the_articles_own_sentence_and_cites_it(author):
    assert len(author.run().written) == 2
    faq = author.faqs()["What does a locker cost?"]
    assert faq.text.answer == "Lockers are free."
    assert [citation.text for citation in faq.citations] == ["Lockers are free."]
    assert faq.text.phrasings == ("Other 0?",)
    assert faq.provenance.prompt == "ask_otherwise@1"
    assert len(faq.provenance.calls) == 2


def test_a_thai_article_is_asked_about_in_thai(store):
    author = Author(store, THAI_BODY, "th")
    author.asks = {"ตู้รับพัสดุใช้ได้ฟรี": "ตู้รับพัสดุมีค่าใช้จ่ายไหม"}
    author.llm.script["ask_otherwise"] = lambda request: {"text": "ใช้ตู้รับพัสดุเสียเงินไหม"}
    author.run()
    assert set(author.faqs()) == {"ตู้รับพัสดุมีค่าใช้จ่ายไหม"}
    assert author.llm.asked("ask_question") == ["[ตู้รับพัสดุ] ตู้รับพัสดุใช้ได้ฟรี"]


@pytest.mark.parametrize("told", ["Lockers are free.", "It costs nothing", "储物柜要钱吗？"])
def test_what_asks_nothing_is_asked_for_again_and_then_given_up(author, told):
    author.asks["Lockers are free."] = [told, "What does a locker cost?"]
    author.run()
    assert "What does a locker cost?" in author.faqs()
    author.asks["Coins are free."] = told
    author.read("# Coins\n\nCoins are free.\n", id_="en/coins")
    assert author.run().written == ()
    assert author.llm.prompts()[-3:] == ["ask_question"] * 3


def test_two_extracts_with_one_question_are_one_faq(author):
    author.asks["Bring the code."] = "what does a locker cost?"
    author.run()
    (faq,) = author.faqs().values()
    assert faq.text.answer == "Lockers are free.\nBring the code."
    assert [citation.text for citation in faq.citations] == ["Lockers are free.", "Bring the code."]
    assert len(faq.provenance.calls) == 3


def test_a_chunk_whose_question_fails_fails_alone_and_is_tried_again(author):
    author.asks["Bring the code."] = LLMOutputError("no valid answer", "use a stronger model")
    assert [failure.code for failure in author.run().failures] == ["llm-output"]
    author.asks = dict(QUESTIONS)
    assert len(author.run().written) == 2


def test_what_was_asked_about_costs_nothing_in_the_next_run(author):
    author.run()
    paid = len(author.llm.requests)
    assert author.run().kept == 2
    assert len(author.llm.requests) == paid


def test_a_list_is_named_by_its_heading_and_a_sentence_by_the_page(author):
    author.asks |= {"Open the app. Tap **Lockers**.": "How do I open a locker?", "Coins are free.": "What do coins cost?"}
    author.read("# Coins\n\n## Open a locker\n\n1. Open the app.\n2. Tap **Lockers**.\n\nCoins are free.\n", id_="en/coins")
    author.run()
    asked = author.llm.asked("ask_question")
    assert "[Open a locker] Open the app. Tap **Lockers**." in asked
    assert "[Coins] Coins are free." in asked


def test_what_chunks_will_take_is_judged_by_what_asking_about_others_took(author):
    author.run()
    for number, prompt in enumerate(["ask_question@1"] * 2 + ["ask_otherwise@1"] * 2):
        used = Usage(prompt_tokens=100, completion_tokens=10, cost=0.0)
        author.store.save_call(
            StoredCall(fingerprint=f"{number}", prompt=prompt, model="scripted", response="x", usage=used, seconds=1.0)
        )
    estimate = estimate_run(author.store, WorkDue(chunks=3, revisions=0, entries={"th-TH": 0}), "scripted", 1)
    write, thai = estimate.stages[0], estimate.stages[2]
    assert (write.calls, write.tokens, thai.items) == (12, 1320, 6)
