"""The embedded model end to end on sample articles: what it writes before and after the repair rounds.

Both localizations start from the same source FAQs and share the memo of model calls, so the first answers are the same.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import LanguageModel, build_pipeline, open_store
from kb_pipeline.cli.display import RichProgress
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.settings import Settings
from kb_pipeline.steps.localize.prompt_values import terms_for

_OUT = Console(width=140)
_STATES = {"before repair": 0, "after repair": None}  # None: as many rounds as the settings say


def measure_sample(articles: Sequence[str], tag: str, locales: Path) -> None:
    """Write FAQs on `articles`, localize them into `tag` without and with repair, print shares and examples."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "source")
        settings = Settings(home=home, locales_dir=locales)
        services = build_pipeline(settings, RichProgress(), markets=[tag], only=articles)
        services.read_articles()
        services.embed_chunks()
        services.write_faqs()
        services.close()
        drafts: dict[str, list[Draft]] = {}
        memo = open_store(Settings(home=Path(folder, "memo"), locales_dir=locales))
        language = LanguageModel(settings, memo)
        for state, rounds in _STATES.items():
            copy = settings.model_copy(update={"home": Path(folder, state.replace(" ", "-"))})
            shutil.copytree(home, copy.home)
            again = build_pipeline(copy, RichProgress(), markets=[tag], only=articles)
            repairs = again.repairs if rounds is None else rounds
            (market,) = again.markets
            replace(again, llm=language.llm, repairs=repairs).localize(market)
            drafts[state] = sorted(again.store.drafts(tag), key=lambda draft: draft.source_faq_id)
            if rounds is None:
                _report(drafts, again.store, market)
            again.close()
        language.close()
        memo.close()


def _report(drafts: dict[str, list[Draft]], store: SqlStore, market: Market) -> None:
    table = Table(title=f"{len(next(iter(drafts.values())))} entries of {market.tag} by the embedded model")
    columns = ("", "no finding", "nothing major or critical", "term adherence", "forbidden terms", "findings")
    for column in columns:
        table.add_column(column)
    for state, written in drafts.items():
        clean = sum(not d.findings for d in written)
        fine = sum(all(f.severity is Severity.MINOR for f in d.findings) for d in written)
        rules = Counter(f.rule for d in written for f in d.findings)
        demanded = sum(_demanded(d, store, market) for d in written)
        kept = demanded - rules["term-missing"]
        table.add_row(
            state,
            f"{clean} ({clean / len(written):.0%})",
            f"{fine} ({fine / len(written):.0%})",
            f"{kept} of {demanded} ({kept / demanded:.0%})" if demanded else "-",
            str(rules["term-forbidden"]),
            ", ".join(f"{rule} {count}" for rule, count in rules.most_common()),
        )
    _OUT.print(table)
    for before, after in zip(*drafts.values(), strict=True):
        faq = store.source_faq(after.source_faq_id)
        _OUT.print(f"\nsource: {faq.text.question} | {faq.text.answer}" if faq else "", markup=False)
        for name, draft in (("before", before), ("after", after)):
            text, named = draft.revision.text, sorted({f.rule for f in draft.findings})
            _OUT.print(f"  {name}: {text.question} | {text.answer}  [{', '.join(named) or 'no finding'}]", markup=False)


def _demanded(draft: Draft, store: SqlStore, market: Market) -> int:
    faq = store.source_faq(draft.source_faq_id)
    return len(terms_for(faq.text, faq.language, market)) if faq else 0
