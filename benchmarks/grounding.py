"""Claims held against the sentences that they cite: how often right text is flagged, and what real edits of sources change.

    python benchmarks/grounding.py                 our pairs, sentences of real articles, real edits
    python benchmarks/grounding.py --held-back     the third of our pairs that is kept for the report
    python benchmarks/grounding.py --show 20       the alarms on real text, to be read

Of a real sentence several claims are made: itself, and itself without each of its parts (what stands between commas). All are
right; what is flagged major there is a false alarm. Of a real edit each changed sentence is held against the old one.
"""

import argparse
import difflib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from kb_pipeline.domain.articles import Article, SentenceKind
from kb_pipeline.domain.findings import Severity
from kb_pipeline.steps.checks.claims import parts_of, unheld_commitments
from kb_pipeline.steps.parse.sentences import sentences

_PAIRS = Path("tests/steps/checks/grounding_pairs.jsonl")
_TEXT = (SentenceKind.TEXT, SentenceKind.ITEM, SentenceKind.ROW)
_ALIKE = 0.6  # of difflib: the new sentence has taken the place of the old one
_OUT = Console(width=160, highlight=False)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def found(claim: str, cited: list[str], language: str) -> list[tuple[Severity, str]]:
    """Severity and message of what is found."""
    return [(flaw.severity or Severity.MAJOR, flaw.message) for flaw in unheld_commitments("", claim, cited, language)]


def ours(*, held_back: bool) -> None:
    """Print how many wrong claims are found, how many of the changed ones as major, and how many right ones are flagged."""
    counts: dict[str, Counter[str]] = {}
    for row in (row for row in rows(_PAIRS) if row["held_back"] is held_back):
        right, wrong = (found(row[side], row["cited"], row["language"]) for side in ("right", "wrong"))
        count = counts.setdefault(row["language"], Counter())
        count.update(pairs=1, found=bool(wrong), major=any(one is not Severity.MINOR for one, _ in wrong))
        count.update(flagged=bool(right), dropped=row["kind"] == "dropped")
        if right or not wrong:
            _OUT.print(f"{row['id']} {row['kind']}: {row['cited']} -> {row['wrong']} {wrong} | right: {right}", markup=False)
    for language, count in (*counts.items(), ("all", sum(counts.values(), Counter[str]()))):
        _OUT.print(f"{language}: {dict(count)}")


def articles(data: Path, languages: tuple[str, ...], most: int) -> Iterator[tuple[str, str]]:
    """Sentences of real articles with their language."""
    for language in languages:
        taken = 0
        for path in sorted((data / {"en": "articles-en-medium", "th": "articles-th"}[language]).rglob("*.md")):
            for sentence in _sentences(path.read_text(encoding="utf-8"), language):
                taken += 1
                if taken > most:
                    break
                yield language, sentence


def _sentences(text: str, language: str) -> list[str]:
    article = Article(id="a", language=language, title="", body=text, path="a", content_hash="")
    return [sentence.claim for sentence in sentences(article) if sentence.kind in _TEXT]


def real(data: Path, most: int, show: int) -> None:
    """Print how many right claims of real sentences are flagged."""
    for language in ("en", "th"):
        count, shown = Counter[str](), 0
        for _, sentence in articles(data, (language,), most):
            parts = parts_of(sentence, language)
            shorter = [" ".join((*parts[:n], *parts[n + 1 :])) for n in range(len(parts))] if len(parts) > 1 else []
            for kind, claim in (("whole", sentence), *(("shortened", text) for text in shorter)):
                flaws = found(claim, [sentence], language)
                major = [flaw for flaw in flaws if flaw[0] is not Severity.MINOR]
                count.update({kind: 1, f"{kind}, major": bool(major), f"{kind}, asked": bool(flaws) and not major})
                if major and shown < show:
                    shown += 1
                    _OUT.print(f"{kind}: {sentence}\n   {claim}\n   {major}", markup=False)
        _OUT.print(f"{language}: {dict(count)}")


def edits(data: Path, most: int, show: int) -> None:
    """Print in how many changed sentences of real edits a changed commitment is found."""
    count, shown = Counter[str](), 0
    for row in list(rows(data / "revisions-en/shared.jsonl"))[:most]:
        before, after = (_sentences(row[side], "en") for side in ("before", "after"))
        for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            for old, new in zip(before[a:b], after[c:d], strict=False) if tag == "replace" else ():
                if difflib.SequenceMatcher(None, old, new).ratio() < _ALIKE:
                    continue
                flaws = found(new, [old], "en")
                major = any(severity is not Severity.MINOR for severity, _ in flaws)
                count.update(changed=1, major=major, asked=bool(flaws) and not major)
                if flaws and shown < show:
                    shown += 1
                    _OUT.print(f"{old}\n   {new}\n   {flaws}", markup=False)
    _OUT.print(f"edits: {dict(count)}")


def main() -> None:
    """Read the data and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--held-back", action="store_true", help="only this: the pairs that are kept for the report")
    parser.add_argument("--most", type=int, default=2000, help="sentences of each language (default 2000)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many alarms of real text")
    options = parser.parse_args()
    ours(held_back=options.held_back)
    if not options.held_back:
        real(options.data, options.most, options.show)
        edits(options.data, options.most, options.show)


if __name__ == "__main__":
    main()
