"""Commitments compared: how often right text is flagged, by kind, and how many of the faults that people wrote are found.

    python benchmarks/commitments.py                 professional English-Thai texts, and our pairs in th, ja, de and zh
    python benchmarks/commitments.py --held-back     the third of our pairs that is kept for the report
    python benchmarks/commitments.py --pairs FILE    only this: other pairs than tests/steps/meaning/pairs.jsonl
    python benchmarks/commitments.py --show bound    every difference of a kind in the professional texts

`met` are the right pairs in which one side or the other commits to something of the kind; steps/meaning/precision.py keeps it.
A pair is found where its wrong text has a finding of any rule that its right text has not; a right text should have none.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks import Profile, Subject, run_checks
from kb_pipeline.steps.meaning import Difference, Kind, Reading, commitments, compare
from kb_pipeline.steps.meaning.alignment import pairs

_PAIRS = Path("tests/steps/meaning/pairs.jsonl")
_PROFESSIONAL = ("parallel-en-th/segments.jsonl", "ui-strings-en-th/shared.jsonl")
_MARKETS = {"th": "th-TH", "ja": "ja-JP", "de": "de-DE", "en": "en-US"}
_OUT = Console(width=140)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def professional(data: Path, show: str) -> None:
    """Print, by kind, in how many right pairs it is met and flagged; `show`: a kind of which every difference is printed."""
    met, flagged, texts, any_flagged = Counter[Kind](), Counter[Kind](), 0, 0
    for row in (row for name in _PROFESSIONAL for row in rows(data / name)):
        one, other = commitments(row["en"], "en"), commitments(row["th"], "th-TH")
        differences = compare(one, other)
        texts += 1
        any_flagged += bool(differences)
        met.update({commitment.kind for side in (one, other) for commitment in side.commitments})
        met[Kind.NAME] += any(part.names() for pair in pairs(one, other) for part in pair)
        flagged.update({difference.kind for difference in differences})
        for difference in differences:
            if difference.kind == show:
                _OUT.print(_shown(difference, one, other), markup=False)
    table = Table(title=f"professional translations: {texts} texts, {any_flagged} with a difference")
    for column in ("kind", "met", "flagged", "left alone"):
        table.add_column(column)
    for kind in (kind for kind in Kind if met[kind]):
        table.add_row(kind.value, str(met[kind]), str(flagged[kind]), f"{1 - flagged[kind] / met[kind]:.2%}")
    _OUT.print(table)


def _shown(difference: Difference, one: Reading, other: Reading) -> str:
    texts = []
    for side, span in ((one, difference.here_span), (other, difference.there_span)):
        start, end = span or (0, 0)
        texts.append(side.key[max(0, start - 60) : end + 60])
    return f"{difference.status}: {difference.here} | {difference.there}\n   {texts[0]!r}\n   {texts[1]!r}"


def ours(locales: Path, path: Path, *, held_back: bool) -> None:
    """Print how many of the faults of our own pairs are found, and how many right texts are flagged, by language.

    A row without a wrong text is a right one only.
    """
    markets = {language: load_market(locales, tag) for language, tag in _MARKETS.items()}
    markets["zh"] = markets["ja"].model_copy(
        update={"tag": "zh-CN", "language_name": "Chinese", "terms": (), "ui_strings": (), "facts": (), "clauses": ()}
    )
    counts: dict[str, Counter[str]] = {}
    for row in (row for row in rows(path) if row["held_back"] is held_back):
        count = counts.setdefault(f"{row['source_language']}-{row['language']}", Counter())
        market, fault = markets[row["language"]], row.get("wrong", "")
        right, wrong = _findings(row, row["right"], market), _findings(row, fault, market) if fault else ()
        found = {(rule, message) for rule, _, message in wrong} - {(rule, message) for rule, _, message in right}
        major = [one for one in right if one[1] is not Severity.MINOR]
        count.update(right=1, faults=bool(fault), found=bool(found), flagged=bool(right), major=bool(major))
        shown = f"{row['id']} ({row['kind']}) {row['source']}"
        if fault and not found:
            _OUT.print(f"MISSED {shown}\n   {fault}\n   right: {row['right']}", markup=False)
        if right:
            _OUT.print(f"FLAGGED {shown}\n   {row['right']}\n   {right}", markup=False)
    table = Table(title=f"{path.name}, {'held back' if held_back else 'for tuning'}")
    columns = {"faults": "faults", "found": "found", "right": "right texts", "flagged": "flagged", "major": "major or worse"}
    for column in ("languages", *columns.values()):
        table.add_column(column)
    for languages, count in (*counts.items(), ("all", sum(counts.values(), Counter[str]()))):
        table.add_row(languages, *(str(count[column]) for column in columns))
    _OUT.print(table)


def _findings(row: dict[str, Any], target: str, market: Market) -> Sequence[tuple[str, Severity, str]]:
    subject = Subject(
        source=FaqText(question="", answer=row["source"]),
        target=FaqText(question="", answer=target),
        source_language=row["source_language"],
        market=market,
        day=date(2026, 1, 1),
    )
    of_style = ("term-missing", "term-forbidden", "tone", "punctuation")  # the pack's, which the pairs were not written for
    return [(f.rule, f.severity, f.message) for f in run_checks(subject, Profile.BLOCK) if f.rule not in of_style]


def main() -> None:
    """Read the data and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--locales", type=Path, default=Path("locales"))
    parser.add_argument("--held-back", action="store_true", help="only this: the pairs that are kept for the report")
    parser.add_argument("--show", default="", metavar="KIND", help="print every difference of this kind")
    parser.add_argument("--pairs", type=Path, help="only this: pairs of another file")
    options = parser.parse_args()
    if not options.held_back and not options.pairs:
        professional(options.data, options.show)
    ours(options.locales, options.pairs or _PAIRS, held_back=options.held_back)


if __name__ == "__main__":
    main()
