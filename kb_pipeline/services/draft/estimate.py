"""What a run will take of the language model, judged by what the stored calls took. Nothing is guessed: None is not known."""

from collections.abc import Mapping
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.domain.run_cap import CallSums
from kb_pipeline.ports.faqs import Drafts, SourceFaqs
from kb_pipeline.ports.models import CallHistory

_WRITE, _REVISE = "generate_faqs", "revise_faq"  # prompts
_ASK = ("ask_question", "ask_otherwise")  # what a small model is asked instead of _WRITE, several calls a chunk
_WHOLE = ("localize_faq", "rewrite_faq")  # the first call for an entry as a whole
_LOCALIZE = (*_WHOLE, "repair_faq", "localize_sentence")


class EstimateStore(SourceFaqs, Drafts, CallHistory, Protocol):
    """What estimating takes of the store."""


class WorkDue(Value):
    """What is due: `entries` by market, those of FAQs that are still to be written not counted."""

    chunks: int
    revisions: int
    entries: dict[str, int]


class StageEstimate(Value):
    """What one stage will take: `write` (FAQs from chunks), `revise` (FAQs), or a market's tag. None: not known."""

    stage: str
    items: float | None
    calls: float | None = None
    tokens: float | None = None
    cost: float | None = None  # US dollars
    seconds: float | None = None  # of wall time, with the run's number of calls at once
    stored_calls: int = 0  # that this was judged by
    of_other_markets: bool = False  # these calls were, since this market has none


class RunEstimate(Value):
    """What a run will take, stage by stage; a sum is None where a stage with work is not known."""

    model: str
    stages: tuple[StageEstimate, ...] = ()
    calls: float | None = None
    tokens: float | None = None
    cost: float | None = None
    seconds: float | None = None


def estimate_run(store: EstimateStore, due: WorkDue, model: str, parallel: int) -> RunEstimate:
    """The estimate for what is `due`, from the calls of `model` that are stored; `parallel`: calls at once."""
    prompts = store.calls_by_prompt(model)
    write = sum((prompts[name] for name in (_WRITE, *_ASK) if name in prompts), CallSums())
    revise = prompts.get(_REVISE, CallSums())
    chunks = prompts.get(_WRITE, CallSums()).calls + _asked_about(store)
    stages = [
        _stage("write", due.chunks, write, chunks, parallel),
        _stage("revise", due.revisions, revise, revise.calls, parallel),
    ]
    coming = _coming_faqs(store, due, chunks)
    for tag, entries in due.entries.items():
        items = None if coming is None else entries + coming
        stages.append(_market_stage(store, tag, items, prompts, model, parallel))
    names = ("calls", "tokens", "cost", "seconds")
    return RunEstimate(model=model, stages=tuple(stages), **{name: _total(stages, name) for name in names})


def _asked_about(store: SourceFaqs) -> int:
    """How many chunks a small model was asked about, as far as their FAQs tell: a chunk has one heading path."""
    asked = (faq for faq in store.source_faqs() if faq.provenance.prompt.startswith(_ASK))
    return len({(faq.article_id, faq.citations[0].heading_path) for faq in asked if faq.citations})


def _coming_faqs(store: SourceFaqs, due: WorkDue, chunks: int) -> float | None:
    """The FAQs that a run will write and revise, by those of `chunks`: each is an entry more in every market."""
    if not due.chunks:
        return due.revisions
    if not chunks:
        return None
    written = sum(1 for faq in store.source_faqs() if faq.provenance.prompt.startswith((_WRITE, *_ASK)))
    return due.revisions + due.chunks * written / chunks


def _market_stage(
    store: EstimateStore, tag: str, items: float | None, prompts: Mapping[str, CallSums], model: str, parallel: int
) -> StageEstimate:
    """By what the market's own drafts took, those that took no call included; else by the entries of all markets."""
    made = [draft.revision.provenance for draft in store.drafts(tag)]
    made = [provenance for provenance in made if provenance.model == model]
    if made:
        sums = store.calls_of([call for provenance in made for call in provenance.calls], model)
        return _stage(tag, items, sums, len(made), parallel)
    sums = sum((prompts[name] for name in _LOCALIZE if name in prompts), CallSums())
    entries = sum(prompts[name].calls for name in _WHOLE if name in prompts)
    return _stage(tag, items, sums, entries, parallel).model_copy(update={"of_other_markets": entries > 0})


def _stage(stage: str, items: float | None, sums: CallSums, made: int, parallel: int) -> StageEstimate:
    """`items` as dear as the `made` ones, which took `sums`."""
    if items == 0:
        return StageEstimate(stage=stage, items=0, calls=0, tokens=0, cost=0, seconds=0, stored_calls=sums.calls)
    if items is None or not made:
        return StageEstimate(stage=stage, items=items, stored_calls=sums.calls)
    each, usage = items / made, sums.usage
    return StageEstimate(
        stage=stage,
        items=items,
        calls=sums.calls * each,
        tokens=_tokens(usage) * each,
        cost=None if usage.cost is None else usage.cost * each,
        seconds=sums.seconds / sums.timed * sums.calls * each / parallel if sums.timed else None,
        stored_calls=sums.calls,
    )


def _tokens(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens


def _total(stages: list[StageEstimate], name: str) -> float | None:
    values: list[float | None] = [getattr(stage, name) for stage in stages]
    return None if None in values else sum(value for value in values if value is not None)
