"""The contexts of facts.csv, held against the source articles: warnings with file and line. What is amiss is said in steps."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from kb_pipeline.adapters.packs.files import FACTS_FILE, PackReport
from kb_pipeline.adapters.packs.problems import PackFile, PackProblem
from kb_pipeline.adapters.packs.tables import fact_rows
from kb_pipeline.domain.articles import Article, Citation
from kb_pipeline.steps.facts.context_faults import context_faults
from kb_pipeline.steps.parse.sentences import sentences


def check_contexts(
    root: Path, reports: Sequence[PackReport], articles: Sequence[Article], day: date
) -> tuple[PackProblem, ...]:
    """What is amiss with the contexts of the packs that can be used. None of it makes a pack unusable."""
    cited = [(article, citation) for article in articles for citation in _citations(article)]
    warnings: list[PackProblem] = []
    for market in (report.market for report in reports if report.market):
        file = PackFile(root / market.tag / FACTS_FILE, warnings)
        lines = {fact: line for line, fact in fact_rows(file)}
        own = ((citation, article.language) for article, citation in cited if article.is_for(market.tag))
        for fault in context_faults(market, own, day):
            file.fault(lines.get(fault.fact, 1), fault.code, fault.message, fault.remedy)
    return tuple(warnings)


def _citations(article: Article) -> Iterator[Citation]:
    return (Citation.of(sentence) for sentence in sentences(article) if sentence.is_citable)
