"""`kb search`: what the API would answer, and why."""

import time
import uuid
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption, OneMarketOption, the_market

EXAMPLE = "Example: kb search 'คืนสินค้าได้ภายในกี่วัน' --market th-TH"


def search(
    question: Annotated[str, typer.Argument(help="What the customer asks.")],
    markets: OneMarketOption,
    top_k: Annotated[int, typer.Option(min=1, max=20, help="How many entries to show at most.")] = 5,
    topic: Annotated[list[str] | None, typer.Option(help="Only entries of this topic. May be repeated.")] = None,
    no_fallback: Annotated[bool, typer.Option("--no-fallback", help="Only this market's own entries.")] = False,
    json: JsonOption = False,
) -> None:
    """Ask the live release as a chatbot would: the answer, or why nothing is said, and what was found."""
    from kb_pipeline.bootstrap import open_searcher, open_store
    from kb_pipeline.domain.answers import Abstention, Query
    from kb_pipeline.errors import NotFoundError, ReleaseError, UsageError

    if not question.strip():
        raise UsageError("the question is empty", EXAMPLE)
    market, settings = the_market(markets), load_settings()
    store = open_store(settings)
    searcher = open_searcher(settings, store)
    try:
        searcher.refresh()
        if problems := searcher.ready():
            raise ReleaseError(problems[0], "see it: kb release list; build it anew: kb release publish")
        topics = searcher.topics(market, fallback=not no_fallback)
        began = time.perf_counter()
        query = Query(text=question, market=market, top_k=top_k, topics=tuple(topic or ()), fallback=not no_fallback)
        result = searcher.search(query, request_id=uuid.uuid4().hex)
        seconds = time.perf_counter() - began
    finally:
        searcher.close()
        store.close()
    if result.reason is Abstention.NO_RELEASE:
        where = f"{market} and its fallbacks" if not no_fallback else market
        raise NotFoundError(f"nothing is live in {where}", f"publish a release: kb release publish --market {market}")
    if unknown := sorted(set(topic or ()).difference(topics)):
        raise UsageError(f"no live entry has the topic '{unknown[0]}'", f"topics: {', '.join(topics) or 'none'}")
    if json:
        print_json(_as_json(result.model_dump(mode="json"), seconds))
        return
    from kb_pipeline.cli.serve.display import print_result

    print_result(result, seconds)


def _as_json(result: dict[str, Any], seconds: float) -> dict[str, Any]:
    for hit in result["hits"]:
        entry = hit.pop("entry")
        hit |= {"entry_id": entry["item"]["entry_id"], "revision": entry["item"]["revision_id"], **entry["text"]}
        hit |= {"topics": entry["item"]["topics"], "citations": entry["citations"]}
    return result | {"seconds": round(seconds, 4)}
