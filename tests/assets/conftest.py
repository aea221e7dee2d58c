"""A small knowledge base for the assets: one English and one Chinese article, a scripted model, a real store and embedder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import build_defs
from kb_pipeline import bootstrap
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.calls import ModelRequest
from kb_pipeline.domain.changes import ChangeState, Decision, Verdict
from kb_pipeline.settings import Settings
from kb_pipeline.steps.localize.model_answers import LocalizedFaq
from kb_pipeline.steps.source.generation import GeneratedFaq, GeneratedFaqs
from tests.fakes import ScriptedLLM

LOCKERS = """---
id: lockers
title: Parcel lockers
lang: en
topics: [delivery]
---

# Parcel lockers

## How long we keep a parcel

Lockers keep a parcel for 3 days. After that it goes back to the seller.
"""

GROUP_BUY = """---
id: group-buy
title: 拼团
lang: zh-CN
topics: [payment]
---

# 拼团

## 拼团失败

拼团失败后,退款会在 3 天内退回您的钱包。
"""


def write_faq(request: ModelRequest) -> GeneratedFaqs:
    """One FAQ in the language of the source."""
    if "拼团" in request.messages[-1].content:
        answer, question = "拼团失败后,退款会在 3 天内退回您的钱包。", "拼团失败后多久退款?"
        return GeneratedFaqs(faqs=(GeneratedFaq(question=question, sources=(1,), answer=answer, phrasings=()),))
    question, answer = "How long does a locker keep my parcel?", "Lockers keep a parcel for 3 days."
    return GeneratedFaqs(faqs=(GeneratedFaq(question=question, sources=(1,), answer=answer, phrasings=()),))


def localize(request: ModelRequest) -> LocalizedFaq:
    """The FAQ in Thai, or in English when that is asked for; the same in a repair round."""
    given = "\n".join(m.content for m in request.messages)
    if "English" in request.messages[0].content:
        question, answer = "When do I get my refund for a failed group buy?", "You get the refund in your wallet within 3 days."
    elif "拼团" in given:
        question, answer = "ถ้าการซื้อแบบกลุ่มไม่สำเร็จจะได้เงินคืนเมื่อไร", "ระบบจะคืนเงินเข้ากระเป๋าเงินของคุณภายใน 3 วัน"
    else:
        question, answer = "ตู้ล็อกเกอร์เก็บพัสดุไว้กี่วัน", "ตู้ล็อกเกอร์เก็บพัสดุไว้ 3 วัน"
    return LocalizedFaq(question=question, answer=answer, phrasings=())


@pytest.fixture
def llm() -> ScriptedLLM:
    """A model that writes one FAQ per chunk and localizes it."""
    return ScriptedLLM({"generate_faqs": write_faq, "localize_faq": localize, "repair_faq": localize})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home and a source folder of their own."""
    for name, text in {"en/lockers.md": LOCKERS, "zh-CN/group-buy.md": GROUP_BUY}.items():
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    return Settings(home=tmp_path / "home", source_dir=tmp_path / "source", llm_parallel=2, _env_file=None)


@pytest.fixture
def defs(settings: Settings, llm: ScriptedLLM) -> dg.Definitions:
    """The code location over the small knowledge base; only the language model is not the real one."""
    return build_defs(settings, llm=llm)


Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def instance() -> dg.DagsterInstance:
    """An instance that is gone after the test."""
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def run(defs: dg.Definitions, instance: dg.DagsterInstance) -> Run:
    """Runs a job of the code location, for a market if one is given."""

    def once(job: str, market: str | None = None, **more: object) -> dg.ExecuteInProcessResult:
        return defs.resolve_job_def(job).execute_in_process(
            instance=instance, partition_key=market, raise_on_error=False, **more
        )

    return once


@pytest.fixture
def people(defs: dg.Definitions, settings: Settings) -> Iterator[SqlStore]:
    """The store as the people see it who decide, and who look at what is live."""
    settings.home.mkdir(exist_ok=True)
    store = bootstrap.open_store(settings)
    yield store
    store.close()


def approve_all(store: SqlStore, market: str, limit: int | None = None) -> None:
    """Two people approve what waits in a market."""
    for change in list(store.changes(market))[:limit]:
        for person in ("ann", "bob"):
            after = store.change(change.id)
            if after.state is ChangeState.PENDING:
                given = Decision(change_id=change.id, verdict=Verdict.APPROVE, actor=person, seen_version=after.version)
                store.decide(given)
