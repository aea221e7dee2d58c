"""A small knowledge base whose language model is scripted, and everything else real: for the stories of the services."""

import re
from pathlib import Path

from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.calls import ModelRequest
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.draft.run import Pipeline, RunReport, run_pipeline
from tests.conftest import DAY
from tests.factories import RETURNS, SAFETY
from tests.fakes import ScriptedLLM, SilentProgress

_NUMBERED = re.compile(r"^\[(\d+)\](?: \(new\))? (.+)$", re.MULTILINE)


def sentences_of(request: ModelRequest) -> list[tuple[int, str]]:
    """The numbered sentences that the last turn shows."""
    return [(int(n), text) for n, text in _NUMBERED.findall(request.messages[-1].content)]


def one_faq_a_sentence(request: ModelRequest) -> dict[str, object]:
    """Writes one FAQ for each sentence that it may write about: a model that is simple and right."""
    only = re.search(r"^Write only about (.+);", request.messages[-1].content, re.MULTILINE)
    allowed = {int(n) for n in re.findall(r"\d+", only[1])} if only else None
    return {
        "faqs": [
            {"question": f"What about this: {text[:60]}?", "sources": [n], "answer": text, "phrasings": []}
            for n, text in sentences_of(request)
            if allowed is None or n in allowed
        ]
    }


def follow_the_new_sentence(request: ModelRequest) -> dict[str, object]:
    """Revises by saying what the first sentence shown says now."""
    question = re.search(r"^Q: (.+)$", request.messages[-1].content, re.MULTILINE)
    n, text = sentences_of(request)[0]
    return {"verdict": "modify", "question": question[1] if question else "", "sources": [n], "answer": text}


_THAI = {
    "You can return most items within 15 days of delivery.": "คุณคืนสินค้าส่วนใหญ่ได้ภายใน 15 วันหลังได้รับสินค้า",
    "You can return most items within 30 days of delivery.": "คุณคืนสินค้าส่วนใหญ่ได้ภายใน 30 วันหลังได้รับสินค้า",
    "The item must be unused.": "สินค้าต้องยังไม่ได้ใช้งาน",
    "The seller answers within 3 business days.": "ผู้ขายตอบกลับภายใน 3 วันทำการ",
}


def into_thai(request: ModelRequest) -> dict[str, object]:
    """Localizes what it knows by heart, the rest into one polite sentence without facts."""
    shown = next(m.content for m in request.messages if m.role == "user")
    answer = re.findall(r"^A: (.+)$", shown, re.MULTILINE)[-1]
    return {
        "question": "เรื่องนี้เป็นอย่างไร?",
        "answer": _THAI.get(answer, "โปรดทำตามขั้นตอนในแอป"),
        "phrasings": [],
    }


def one_sentence_into_thai(request: ModelRequest) -> dict[str, object]:
    """Writes the one piece of an approved text that it is asked for, as `into_thai` would."""
    shown = next(m.content for m in request.messages if m.role == "user")
    source = re.findall(r"^Source: (.+)$", shown, re.MULTILINE)[-1]
    return {"text": _THAI.get(source, "โปรดทำตามขั้นตอนในแอป")}


class Story:
    """A source folder, a store and a scripted model; `run()` is the main job."""

    def __init__(self, tmp_path: Path, store: SqlStore, embedder: Embedder, markets: tuple[Market, ...]) -> None:
        self.source = tmp_path / "source"
        self.store = store
        self.embedder = embedder
        self.markets = markets
        self.llm = ScriptedLLM(
            {
                "generate_faqs": one_faq_a_sentence,
                "revise_faq": follow_the_new_sentence,
                "localize_faq": into_thai,
                "localize_sentence": one_sentence_into_thai,
                "repair_faq": into_thai,
            }
        )
        self.write("en/returns.md", RETURNS)

    def write(self, path: str, text: str) -> None:
        """Put an article into the source folder."""
        file = self.source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_chinese(self) -> None:
        """The Chinese article."""
        self.write("zh-CN/safety.md", SAFETY)

    def pipeline(self) -> Pipeline:
        """The main job, wired as the composition root does it."""
        return Pipeline(
            store=self.store,
            reader=SourceFiles(self.source, languages=("en", "zh-CN"), max_bytes=1_000_000),
            embedder=self.embedder,
            llm=self.llm,
            markets=self.markets,
            progress=SilentProgress(),
            run_id="story",
            day=DAY,
            parallel=2,
            repairs=1,
            chunk_tokens=320,
            close=lambda: None,
        )

    def run(self) -> RunReport:
        """The main job."""
        return run_pipeline(self.pipeline())

    def calls(self) -> int:
        """Model calls so far."""
        return len(self.llm.requests)
