"""Market packs from folders: `locales/<tag>/` to Market values, or to problems that name file, line and remedy.

Reads the five files of a pack and, if it is there, golden.csv; what a pack means is the business of domain and steps.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from kb_pipeline.adapters.packs.market_yaml import read_market_file
from kb_pipeline.adapters.packs.problems import PackFile, PackProblem
from kb_pipeline.adapters.packs.sentence_examples import check_sentence_examples
from kb_pipeline.adapters.packs.tables import check_expiry, read_facts, read_golden, read_terms, read_ui_strings
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import PackError, UnknownMarketError, UsageError
from kb_pipeline.steps.language.tags import known_tag, nearest_tag
from kb_pipeline.steps.localize.conventions import market_tag

__all__ = [
    "PackProblem", "PackReport", "check_packs", "inspect_packs", "load_market", "load_markets", "market_named", "market_tags",
    "pack_fingerprint",
]  # fmt: skip

FACTS_FILE = "facts.csv"
PACK_FILES = (FACTS_FILE, "market.yaml", "style.md", "termbase.csv", "ui_strings.csv")
GOLDEN_FILE = "golden.csv"  # optional: it judges releases and changes no text, so it is no part of the fingerprint


class PackReport(Value):
    """What a pack's folder holds: a market, None unless it can be used; what is wrong with it; what may be meant so."""

    tag: str
    market: Market | None
    problems: tuple[PackProblem, ...] = ()
    warnings: tuple[PackProblem, ...] = ()


def market_tags(root: Path) -> tuple[str, ...]:
    """The folders of packs under `root`, by name; nothing is read. Raises PackError if there is no `root`."""
    if not root.is_dir():
        raise PackError(f"no folder of market packs at '{root}'", "create it, or set KB_LOCALES_DIR")
    return tuple(sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith((".", "_"))))


def market_named(root: Path, text: str, others: Iterable[str] = ()) -> str:
    """The tag that `text` names in any case, of a pack under `root` or of `others`. Raises UnknownMarketError."""
    known = tuple(dict.fromkeys((*market_tags(root), *others)))
    if (tag := known_tag(text, known)) is not None:
        return tag
    near = nearest_tag(text, known)
    hint = f"did you mean {near}? " if near else ""
    more = f"; a new one: kb market add {text}" if not near and _is_market(text) else ""
    raise UnknownMarketError(f"no locale pack for '{text}'", f"{hint}known: {', '.join(known) or 'none'}{more}")


def load_market(root: Path, tag: str) -> Market:
    """The market of `root/tag`, named in any case. Raises UnknownMarketError, PackError for the pack's first problem."""
    report = _read_pack(root, market_named(root, tag))
    if report.market is None:
        first = report.problems[0]
        raise PackError(f"{first.path}:{first.line}: {first.message}", first.remedy)
    return report.market


def load_markets(root: Path) -> tuple[Market, ...]:
    """Every market under `root`, by tag. Raises PackError for the first problem."""
    return tuple(load_market(root, tag) for tag in market_tags(root))


def check_packs(root: Path, today: date | None = None) -> tuple[PackProblem, ...]:
    """All problems of all packs, by pack, then by file. Raises as `inspect_packs`."""
    return tuple(problem for report in inspect_packs(root, today) for problem in report.problems)


def inspect_packs(root: Path, today: date | None = None) -> tuple[PackReport, ...]:
    """Every pack, by tag, as it stands on `today` (in UTC if not given). Raises PackError if there is no `root`.

    Only here is a fact that has run out a problem: a pack that was sound yesterday must not stop a service at midnight.
    """
    day = today or datetime.now(UTC).date()
    return tuple(_on_day(_read_pack(root, tag), root / tag, day) for tag in market_tags(root))


def pack_fingerprint(folder: Path) -> str:
    """The first 16 hex digits of the SHA-256 of the pack's files, in the order of their paths."""
    digest = hashlib.sha256()
    for name in PACK_FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def _is_market(text: str) -> bool:
    """Whether a market could have this tag."""
    try:
        return market_tag(text) == text
    except UsageError:
        return False


def _on_day(report: PackReport, folder: Path, day: date) -> PackReport:
    """The report of a whole pack on `day`: the facts that have run out, a warning where none holds, its sentence examples."""
    problems: list[PackProblem] = []
    warnings: list[PackProblem] = []
    facts, head = folder / FACTS_FILE, folder / "market.yaml"
    if report.market:
        check_sentence_examples(PackFile(head, problems), PackFile(head, warnings), report.market, day)
        check_expiry(PackFile(facts, problems), day)
        if not problems and not any(fact.is_valid_on(day) for fact in report.market.facts):
            state = f"has no row that holds on {day}" if report.market.facts else "has no row"
            claim = f"what the source says of amounts, periods and hours is said in {report.market.name}, too"
            PackFile(facts, warnings).fault(
                1,
                "no-fact",
                f"{FACTS_FILE} {state}: {claim}",
                "add what differs there, each with its source; if nothing does, leave it so",
            )
    return report.model_copy(update={"problems": (*report.problems, *problems), "warnings": tuple(warnings)})


def _read_pack(root: Path, tag: str) -> PackReport:
    problems: list[PackProblem] = []
    files = {name: PackFile(root / tag / name, problems) for name in PACK_FILES}
    facts = read_facts(files[FACTS_FILE])
    head = read_market_file(files["market.yaml"], market_tags(root))
    style = files["style.md"].text()
    terms = read_terms(files["termbase.csv"])
    ui_strings = read_ui_strings(files["ui_strings.csv"])
    golden = PackFile(root / tag / GOLDEN_FILE, problems)
    golden_queries = read_golden(golden) if golden.path.is_file() else ()
    if head is None or problems:
        return PackReport(tag=tag, market=None, problems=tuple(problems))
    market = Market(
        **{name: getattr(head, name) for name in type(head).model_fields if name != "examples"},
        examples=tuple((e.source.question, e.source.answer, e.target.question, e.target.answer) for e in head.examples),
        style=style or "",
        terms=terms,
        ui_strings=ui_strings,
        facts=facts,
        golden=golden_queries,
        fingerprint=pack_fingerprint(root / tag),
    )
    return PackReport(tag=tag, market=market)
