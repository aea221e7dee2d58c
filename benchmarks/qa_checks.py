"""The checks on text that nobody here wrote: false alarms, faults put in, machine translation, a peer, and speed.

    python benchmarks/qa_checks.py                                    false alarms, recall, machine translation, speed
    python benchmarks/qa_checks.py --pofilter /path/to/bin/pofilter   the same with translate-toolkit's pofilter beside it
    python benchmarks/qa_checks.py --similarity                       the meaning rule, too (it embeds every block)
    python benchmarks/qa_checks.py --sample en/refunds.md             the embedded model on the sample articles (minutes)

The market is the pack's conventions alone: its terms, labels and facts are another business's than the public text's.
A fault is found when the faulty block has a finding that the good block has not.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from faults import FAULTS, forbidden_term
from peer_pofilter import run_pofilter
from rich.console import Console
from rich.table import Table

from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market, Term, TermStatus
from kb_pipeline.steps.checks import PROFILES, Profile, Subject

Block = tuple[str, str]
Findings = frozenset[tuple[str, str]]  # (rule, message)
Similarity = Callable[[Block], float | None]

_DAY = date(2026, 1, 1)
_MOST = 600  # faults of a kind: more would only take longer
_RUN = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:,? [A-Za-z][A-Za-z'’-]*){6,}")
_NO_PROSE = re.compile(r"\A---\n.*?\n---\n|```.*?```|`[^`\n]*`|<[^>\n]*>|\]\([^)\n]*\)|https?://\S+", re.DOTALL)
_AMOUNTS = ("฿50", "฿1,200", "฿90", "฿350.50")
_PLACEHOLDER_FAULTS = ("placeholder renamed", "placeholder lost")
_OUT = Console(width=140)


class Found(NamedTuple):
    """What the rules found in each block, and the seconds they took."""

    findings: list[Findings]
    seconds: float


def bare(market: Market) -> Market:
    """The market without what only its own texts keep to."""
    nothing: dict[str, tuple[()]] = dict.fromkeys(("terms", "ui_strings", "facts", "clauses", "unavailable"), ())
    return market.model_copy(update=nothing)


def subject_of(block: Block, market: Market, similarity: float | None = None) -> Subject:
    """What the rules see."""
    return Subject(
        source=FaqText(question="", answer=block[0]),
        target=FaqText(question="", answer=block[1]),
        source_language="en",
        market=market,
        similarity=similarity,
        day=_DAY,
    )


def check(blocks: Sequence[Block], market: Market, similarity: Similarity) -> Found:
    """All block rules on all blocks. The seconds are the rules' own, without the embedder's."""
    findings, seconds = [], 0.0
    for block in blocks:
        near = similarity(block)
        began = time.perf_counter()
        subject = subject_of(block, market, near)
        found = [(f.rule, f.message) for rule in PROFILES[Profile.BLOCK] for f in rule(subject)]
        seconds += time.perf_counter() - began
        findings.append(frozenset(found))
    return Found(findings, seconds)


def read_blocks(path: Path) -> Iterator[Block]:
    """English-Thai pairs of a JSON-lines file."""
    for row in read_rows(path):
        yield row["en"], row["th"]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def alarms(name: str, blocks: Sequence[Block], found: Found, show: int) -> None:
    """Print the share of flagged blocks per rule and in total."""
    by_rule = Counter(rule for findings in found.findings for rule in {rule for rule, _ in findings})
    flagged = sum(map(bool, found.findings))
    table = Table(title=f"{name}: {len(blocks)} blocks, {flagged} flagged ({flagged / len(blocks):.2%})")
    for column in ("rule", "blocks", "share"):
        table.add_column(column)
    for rule, count in by_rule.most_common():
        table.add_row(rule, str(count), f"{count / len(blocks):.2%}")
    _OUT.print(table)
    for number, findings in enumerate(found.findings):
        for rule, message in sorted(findings) if show > 0 else ():
            show -= 1
            _OUT.print(f"  block {number}, {rule}: {message}", markup=False)


def faulty(blocks: Sequence[Block], kind: str, most: int) -> list[tuple[Block, Block]]:
    """Good blocks and the same with one fault of `kind`, as many as there are and at most `most`, the same each time."""
    made = []
    for number, (source, target) in enumerate(blocks):
        wrong = FAULTS[kind](Random(f"{kind}/{number}"), source, target)
        if wrong is not None and wrong.strip() != target.strip():
            made.append(((source, target), (source, wrong)))
    return made if len(made) <= most else Random(kind).sample(made, most)


def with_amounts(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of one line with a sentence about an amount put behind both texts; real ones with an amount are few."""
    plain = [(s, t) for s, t in blocks if "\n" not in s.strip() and "|" not in s and 40 < len(s) < 400][:200]
    chosen = [(pair, _AMOUNTS[n % len(_AMOUNTS)]) for n, pair in enumerate(plain)]
    return [(f"{s.rstrip()} The fee is {amount}.", f"{t.rstrip()} ค่าธรรมเนียมคือ {amount}") for (s, t), amount in chosen]


def with_terms(data: Path, blocks: Sequence[Block], market: Market) -> tuple[list[tuple[Block, Block]], Market]:
    """Blocks whose preferred renderings have become other ones that people used, and the market that forbids these."""
    rows = [row for row in read_rows(data / "glossary-en-th/ui_terms.shared.jsonl") if len(row["en"]) > 3]
    pairs = []
    for row in rows:
        variants = [v["th"].strip() for v in row["variants"]]
        wrong = next((v for v in variants[1:] if v not in variants[0] and variants[0] not in v), f"{variants[0]}ปลอม")
        pairs.append((row["en"], variants[0], wrong))
    terms = [Term(source=s, target=p, status=TermStatus.PREFERRED) for s, p, _ in pairs]
    terms += [Term(source=s, target=f, status=TermStatus.FORBIDDEN) for s, _, f in pairs]
    put, made = forbidden_term(pairs), []
    for number, (source, target) in enumerate(blocks):
        wrong_text = put(Random(number), source, target)
        if wrong_text is not None:
            made.append(((source, target), (source, wrong_text)))
    return made[:_MOST], market.model_copy(update={"terms": tuple(terms), "fingerprint": "glossary"})


def recall(cases: Sequence[tuple[Block, Block]], market: Market, similarity: Similarity) -> tuple[list[bool], Counter[str]]:
    """Whether each fault was found, and by which rules."""
    good = check([clean for clean, _ in cases], market, similarity).findings
    bad = check([wrong for _, wrong in cases], market, similarity).findings
    new = [after - before for before, after in zip(good, bad, strict=True)]
    return [bool(found) for found in new], Counter(rule for found in new for rule in {rule for rule, _ in found})


def recalls(
    data: Path,
    blocks: Sequence[Block],
    strings: Sequence[Block],
    market: Market,
    options: argparse.Namespace,
    similarity: Similarity,
) -> None:
    """Print how many of the faults of each kind are found, ours and the peer's."""
    table = Table(title="faults put into the same blocks")
    for column in ("fault", "put in", "found", "by", *(["pofilter"] if options.pofilter else [])):
        table.add_column(column)
    kinds = {
        kind: (faulty([*blocks, *strings] if kind in _PLACEHOLDER_FAULTS else blocks, kind, _MOST), market) for kind in FAULTS
    }
    kinds["wrong currency"] = (faulty([*blocks, *with_amounts(blocks)], "wrong currency", _MOST), market)
    kinds["forbidden term"] = with_terms(data, blocks, market)
    for kind, (cases, own) in kinds.items():
        found, rules = recall(cases, own, similarity)
        by = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(4))
        row = [kind, str(len(cases)), _share(found), by]
        if options.pofilter:
            before, after = (run_pofilter(options.pofilter, list(side)).failed for side in zip(*cases, strict=True))
            row.append(_share([bool(b - a) for a, b in zip(before, after, strict=True)]))
        table.add_row(*row)
        for ((source, good), (_, bad)), is_found in zip(cases, found, strict=True):
            if not is_found and options.missed == kind:
                _OUT.print(f"missed: {source}\n  good: {good}\n  bad:  {bad}\n", markup=False)
    _OUT.print(table)


def machine_translated(folder: Path, market: Market) -> None:
    """Print how many of the machine-translated articles with English left in them are found."""
    rule = next(rule for rule in PROFILES[Profile.BLOCK] if rule.id == "untranslated-run")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))]
    bodies = [text.split("\n---", 1)[-1] for text in texts if "ms.translationtype: MT" in text]
    has = [bool(_RUN.search(_NO_PROSE.sub(" . ", body))) for body in bodies]
    found = [any(True for _ in rule(subject_of((body, body), market))) for body in bodies]
    both = sum(h and f for h, f in zip(has, found, strict=True))
    _OUT.print(
        f"machine-translated articles: {len(bodies)}; with seven Latin words in a row {sum(has)}, of these found {both}; "
        f"found beyond them {sum(found) - both}"
    )


def speed(blocks: Sequence[Block], found: Found, pofilter: Path | None, market: Market, locales: Path) -> None:
    """Print blocks per second: the rules alone, `kb qa` as a whole process, the peer as a whole process."""
    _OUT.print(f"rules alone, one core: {len(blocks) / found.seconds:.0f} blocks/s (meaning-drift not asked)")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "blocks.jsonl")
        rows = (json.dumps({"source": s, "target": t}, ensure_ascii=False) for s, t in blocks)
        file.write_text("\n".join(rows), encoding="utf-8")
        command = [sys.executable, "-m", "kb_pipeline.cli", "qa", str(file), "--market", market.tag, "--json"]
        began = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, env={"KB_LOCALES_DIR": str(locales), "PATH": "/usr/bin"})
        ours = time.perf_counter() - began
    _OUT.print(f"kb qa with the whole pack, whole process: {len(blocks) / ours:.0f} blocks/s")
    if pofilter:
        peer = run_pofilter(pofilter, list(blocks)).seconds
        _OUT.print(f"pofilter, whole process: {len(blocks) / peer:.0f} blocks/s; kb qa / pofilter = {peer / ours:.2f}")


def _share(found: Sequence[bool]) -> str:
    return f"{sum(found)} ({sum(found) / len(found):.1%})" if found else "-"


def _similarity(wanted: bool, market: Market) -> Similarity:
    """The meaning of a block's two texts compared by the embedded model; or nothing at all. `market`: the whole pack."""
    if not wanted:
        return lambda _: None
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
    from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
    from kb_pipeline.services.language.drift import Drift
    from kb_pipeline.settings import Settings

    settings = Settings()
    model = SentenceTransformersEmbedder(settings.embedding_model, settings.model_dir, InProcessVectors(), 2)
    drift = Drift(model, market)

    def similarity(block: Block) -> float | None:
        source, target = (FaqText(question="", answer=text) for text in block)
        return drift.similarity(source, target, "en")

    return similarity


def main() -> None:
    """Read the data, run the rules, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--locales", type=Path, default=Path("locales"))
    parser.add_argument("--market", default="th-TH", help="the market whose conventions hold")
    parser.add_argument("--pofilter", type=Path, help="translate-toolkit's program, in an environment of its own")
    parser.add_argument("--similarity", action="store_true", help="measure the meaning of every block, too")
    parser.add_argument("--show", type=int, default=0, help="print so many findings of each set")
    parser.add_argument("--missed", default="", metavar="FAULT", help="print the missed faults of this kind")
    parser.add_argument("--sample", nargs="+", metavar="ARTICLE", help="only this: the embedded model on these articles")
    options = parser.parse_args()
    if options.sample:
        from qa_sample import measure_sample

        measure_sample(options.sample, options.market, options.locales)
        return
    pack = load_market(options.locales, options.market)
    market, similarity = bare(pack), _similarity(options.similarity, pack)
    blocks = list(read_blocks(options.data / "parallel-en-th/segments.jsonl"))
    strings = list(read_blocks(options.data / "ui-strings-en-th/shared.jsonl"))
    found = check(blocks, market, similarity)
    alarms("professional translations", blocks, found, options.show)
    alarms("live UI strings", strings, check(strings, market, similarity), options.show)
    if options.pofilter:
        for name, texts in (("professional translations", blocks), ("live UI strings", strings)):
            failed = run_pofilter(options.pofilter, texts).failed
            _OUT.print(f"pofilter on {name}: {sum(map(bool, failed))} flagged ({sum(map(bool, failed)) / len(texts):.2%})")
    recalls(options.data, blocks, strings, market, options, similarity)
    machine_translated(options.data / "mt-th", market)
    speed(blocks, found, options.pofilter, market, options.locales)


if __name__ == "__main__":
    main()
