"""A knowledge base of many desks, an article each, so that a fault can be aimed at one of them and one stage."""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb_pipeline.adapters.models.llm_openai import Endpoint, OpenAILLM
from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.draft.run import Pipeline
from tests.conftest import DAY
from tests.fakes import SilentProgress

GENERATE, LOCALIZE = "generate", "localize"
_STAGES = {"You write FAQ entries": GENERATE, "You localize FAQ entries": LOCALIZE}
_SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "pa", "ri", "su", "ta", "vo", "wi")
_DESK = re.compile(r"\bDesk ([A-Z][a-z]{5})\b")


def desks(count: int) -> list[str]:
    """Names of desks, no one a part of another."""
    names = ("".join(syllables).capitalize() for syllables in itertools.product(_SYLLABLES, repeat=3))
    return list(itertools.islice(names, count))


def write_articles(folder: Path, names: Sequence[str]) -> None:
    """One article for each desk."""
    for name in names:
        file = folder / "en" / f"{name.lower()}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Desk {name}\n\nDesk {name} opens at 8:00 every day.\n", encoding="utf-8")


def place(body: dict[str, Any]) -> tuple[str, str]:
    """The stage and the desk that a request is about."""
    system, asked = body["messages"][0]["content"], body["messages"][1]["content"]
    stage = next(stage for opening, stage in _STAGES.items() if system.startswith(opening))
    return stage, _DESK.findall(asked)[-1]


def script(messages: list[dict[str, str]]) -> str:
    """The right answer to every request."""
    stage, name = place({"messages": messages})
    if stage == GENERATE:
        faq = {"question": f"When does Desk {name} open?", "sources": [1], "answer": f"Desk {name} opens at 8:00 every day."}
        return json.dumps({"faqs": [faq | {"phrasings": []}]})
    question, answer = f"Desk {name} เปิดกี่โมง", right_text(name)
    return json.dumps({"question": question, "answer": answer, "phrasings": []}, ensure_ascii=False)


def right_text(name: str) -> str:
    """What is staged of a desk where nothing goes wrong."""
    return f"Desk {name} เปิดเวลา 08:00 น. ทุกวัน"


@contextmanager
def pipeline_at(url: str, folder: Path, market: Market, embedder: Embedder, **known: Any) -> Iterator[Pipeline]:
    """The main job over the articles in `folder`, one run of it; `known`: more of the endpoint."""
    store = SqlStore(f"sqlite:///{folder / 'kb.sqlite3'}")
    here = {"timeout": 5.0, "deadline": 20.0, "retries": 4, "backoff": 0.001, **known}
    try:
        yield Pipeline(
            store=store,
            reader=SourceFiles(folder / "source", languages=("en",), max_bytes=1_000_000),
            embedder=embedder,
            llm=OpenAILLM(Endpoint(model="m", base_url=lambda: url, key="k", **here), store),
            markets=(market,),
            progress=SilentProgress(),
            run_id="faults",
            day=DAY,
            parallel=4,
            repairs=1,
            chunk_tokens=320,
            close=lambda: None,
        )
    finally:
        store.close()
