"""What publishing returned, as metadata that a person reads in Dagster."""

import dagster as dg

from assets.reports import Before, Metadata, table
from kb_pipeline.domain.releases import Release
from kb_pipeline.services.release.plan import ReleasePlan, TextChange

_NOTHING = "nothing changed: what is live says all that is approved"
_SAMPLES = 10


def of_release(before: Before, plan: ReleasePlan, begun: Release | None) -> Metadata:
    """What the release says that the live one does not; one line when there is nothing to release."""
    diff = plan.diff
    metadata = before.counted(entries=len(plan.manifest))
    metadata |= {
        "added": len(diff.added),
        "changed": len(diff.changed),
        "removed": len(diff.removed),
        "left_out": len(plan.left_out),
    }
    rows = [(_kind(c), _question(c), _answer(c)) for c in plan.changes[:_SAMPLES]]
    return (
        metadata
        | {"release": begun.id if begun else _NOTHING, "manifest": plan.manifest_hash}
        | {"samples": table(("what", "question", "answer"), rows)}
    )


def of_retrieval_report(before: Before, release: Release | None) -> Metadata:
    """What the fresh process found, in numbers that Dagster plots over the releases."""
    if release is None or release.report is None:
        return {"release": _NOTHING}
    report = release.report
    metadata = before.counted(entries=report.entries, texts=report.texts)
    metadata |= {
        "release": release.id,
        "state": release.state.value,
        "self_queries": report.self_queries,
        "self_found": report.self_found,
        "golden_asked": report.golden_asked,
        "golden_found": report.golden_found,
        "golden_mrr": report.golden_mrr,
        "exact_recall": report.exact_recall,
        "seconds": round(report.seconds, 2),
        "missed": table(("question that did not find its entry",), [(text,) for text in report.missed]),
    }
    return metadata if report.golden_live_mrr is None else metadata | {"golden_live_mrr": report.golden_live_mrr}


def of_published_index(before: Before, live: Release | None, flipped: bool, collected: tuple[str, ...]) -> Metadata:
    """What is said now."""
    metadata: Metadata = {
        "release": live.id if live else "nothing is live",
        "flipped": int(flipped),
        "collected": len(collected),
    }
    return metadata | before.counted(entries=live.entries) if live else metadata


def release_is_fit(release: Release | None) -> dg.AssetCheckResult:
    """The check that nothing speaks against the release; it passes when there is none to judge."""
    failures = release.report.failures if release and release.report else ()
    return dg.AssetCheckResult(
        check_name="release_is_fit",
        passed=not failures,
        metadata={"failures": len(failures), "failed": table(("what speaks against it",), [(text,) for text in failures])},
    )


def _kind(change: TextChange) -> str:
    if change.before is None:
        return "added"
    return "removed" if change.after is None else "changed"


def _question(change: TextChange) -> str:
    revision = change.after or change.before
    return revision.text.question if revision else ""


def _answer(change: TextChange) -> str:
    return " → ".join(r.text.answer for r in (change.before, change.after) if r)
