"""False alarms of the checks on human translations, and what they find in machine translations.

Runs the language rules, the facts, placeholders and links over aligned English-Thai blocks that professionals translated:
what is flagged there is mostly a false alarm. Target: below 2 % of the blocks in total.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Conventions, Market
from kb_pipeline.steps.checks import RULES, Subject, run_checks

_RULES = {
    "facts-preserved", "placeholder", "link", "wrong-script", "wrong-language", "untranslated-run", "sara-am", "repetition",
}  # fmt: skip
_DAY = date(2025, 7, 1)
_MARKET = Market(
    tag="th-TH",
    name="Thailand",
    language_name="Thai",
    conventions=Conventions(currency="THB", buddhist_era=True, full_stop=False, scripts=("Thai", "Latn")),
    fingerprint="benchmark",
)


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """English-Thai pairs of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["en"], row["th"]


def flagged(source: str, target: str, rules: set[str]) -> list[tuple[str, str]]:
    """Rule and message of each finding on one block."""
    subject = Subject(
        source=FaqText(question="", answer=source),
        target=FaqText(question="", answer=target),
        source_language="en",
        market=_MARKET,
        day=_DAY,
    )
    found = run_checks(subject, tuple(rule for rule in RULES if rule.id in rules))
    return [(finding.rule, finding.message) for finding in found]


def report(name: str, pairs: list[tuple[str, str]], rules: set[str], show: int) -> None:
    """Print the share of flagged blocks per rule and in total."""
    began = time.perf_counter()
    by_rule: Counter[str] = Counter()
    total = 0
    for source, target in pairs:
        found = flagged(source, target, rules)
        total += bool(found)
        by_rule.update({rule for rule, _ in found})
        for rule, message in found[:3]:
            if show > 0:
                show -= 1
                print(f"    {rule}: {message}")
    seconds = time.perf_counter() - began
    print(f"{name}: {len(pairs)} blocks, {total} flagged ({total / len(pairs):.2%}), {len(pairs) / seconds:.0f} blocks/s")
    for rule, count in by_rule.most_common():
        print(f"  {rule:18} {count:5} {count / len(pairs):.2%}")


def main() -> None:
    """Read the data, run the rules, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=0, help="print so many findings of each set")
    options = parser.parse_args()
    for name in ("parallel-en-th/segments.jsonl", "ui-strings-en-th/shared.jsonl"):
        report(name, list(blocks(options.data / name)), _RULES, options.show)
    texts = [path.read_text(encoding="utf-8") for path in sorted((options.data / "mt-th").glob("*.md"))]
    bodies = [text.split("\n---", 1)[-1] for text in texts if "ms.translationtype: MT" in text]
    report("mt-th (machine translated)", [(body, body) for body in bodies], {"untranslated-run"}, options.show)


if __name__ == "__main__":
    main()
