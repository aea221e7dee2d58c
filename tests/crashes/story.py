"""The uninterrupted story of a home, act by act: how it is before each, which failpoints it passes, how it is after."""

import multiprocessing
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from kb_pipeline.bootstrap import open_accounts, open_home, open_store
from kb_pipeline.services.invariants.invariants import check_invariants
from kb_pipeline.settings import Settings
from tests.conftest import ROOT
from tests.crashes.acts import ACTS, MARKETS
from tests.factories import RETURNS, SAFETY

SECONDS = 120  # that one act may take


def write_articles(site: Path) -> None:
    for path, text in (("en/returns.md", RETURNS), ("zh-CN/safety.md", SAFETY)):
        file = site / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def change_articles(site: Path) -> None:
    """15 days become 30, one article cannot be read, another is gone."""
    (site / "source/en/returns.md").write_text(RETURNS.replace("15 days", "30 days"), encoding="utf-8")
    (site / "source/en/broken.md").write_bytes(b"\xff\xfe\x00")
    (site / "source/zh-CN/safety.md").unlink(missing_ok=True)


STORY: tuple[tuple[str, Callable[[Path], None] | None], ...] = (
    ("run_with_faults", write_articles), ("try_again", None),
    ("run", None), ("decide", None), ("run", None), ("publish", None), ("import_entries", None),
    ("import_memory", None), ("decide", None), ("publish_in_vain", None), ("settle", None), ("publish", None),
    ("withdraw", None), ("restore_entry", None),
    ("run", change_articles), ("decide", None), ("publish_in_vain", None), ("settle", None), ("publish", None),
    ("rollback", None), ("lift", None), ("serve", None), ("accounts", None), ("rotate", None), ("seal", None),
    ("backup", None), ("restore", None),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """An act in its place in the story. `before`: the site as it was; `passed`: its failpoints, and how often each."""

    name: str
    act: str
    before: Path
    passed: Counter[str]
    after: dict[str, Any]


def settings_of(site: Path, url: str, failpoint: str = "") -> Settings:
    """A site is a home beside its articles."""
    return Settings.model_validate(
        {
            "home": site / "home", "source_dir": site / "source", "locales_dir": ROOT / "locales", "llm_model": "scripted",
            "llm_base_url": url, "llm_api_key": "k", "llm_parallel": 2, "failpoint": failpoint, "releases_kept": 1,
            "release_grace": 0.0,
        }
    )  # fmt: skip


def tell(folder: Path, url: str) -> tuple[Step, ...]:
    """The whole story without a kill. Raises what an act raises, and AssertionError if an invariant does not hold."""
    site, told = folder / "site", list[Step]()
    site.mkdir(parents=True)
    for n, (act, prepare) in enumerate(STORY, 1):
        if prepare:
            prepare(site)
        before, trace = folder / f"{n:02}-{act}", folder / f"{n:02}-{act}.trace"
        shutil.copytree(site, before)
        ACTS[act](settings_of(site, url, f"trace:{trace}"))  # here, where the embedder stays loaded
        found = breaches(site, url)
        assert not found, found
        passed = Counter(trace.read_text(encoding="utf-8").split() if trace.exists() else ())
        told.append(Step(f"{n:02}-{act}", act, before, passed, state(site, url)))
    for step in told:
        _know_vectors(settings_of(step.before, url), site / "home/kb.sqlite3")
    return tuple(told)


def perform(act: str, site: Path, url: str, failpoint: str = "", kill_after: float | None = None) -> int:
    """Do an act in a process of its own; its exit code, negative for a signal. `kill_after`: seconds until a SIGKILL."""
    process = _processes().Process(target=_perform, args=(act, site, url, failpoint))
    process.start()
    process.join(SECONDS if kill_after is None else kill_after)
    if process.is_alive():
        process.kill()
        process.join()
    assert process.exitcode is not None
    return process.exitcode


def breaches(site: Path, url: str) -> list[str]:
    """Where an invariant does not hold in a site's home."""
    return breaches_in(settings_of(site, url))


def breaches_in(settings: Settings) -> list[str]:
    """Where an invariant does not hold, by the function that `kb doctor --deep` calls; nothing where there is no home yet."""
    if not (settings.home / "kb.sqlite3").exists():
        return []
    with open_home(settings) as home:
        found = check_invariants(replace(home, clock=time.process_time))
        return [f"{invariant.name}: {breach.message}" for invariant in found for breach in invariant.breaches]


def state(site: Path, url: str) -> dict[str, Any]:
    """All that people could see of a home; no times, no numbers of releases or events."""
    with closing(open_store(settings_of(site, url))) as store:
        live = {tag: store.release(tag, number) for tag, number in store.live_numbers().items()}
        return {
            "articles": [(a.id, a.content_hash) for a in store.articles()],
            "quarantine": store.quarantine(),
            "faqs": [(f.id, f.revision, f.text, f.citations, f.retired) for f in store.source_faqs(retired=True)],
            "drafts": sorted(
                (d.market, d.source_faq_id, d.revision.id, d.source_revision) for t in MARKETS for d in store.drafts(t)
            ),
            "changes": sorted((c.id, c.state, c.version, c.risk, c.relation.kind) for c in store.changes(states=())),
            "decisions": sorted((d.change_id, d.seen_version, d.actor, d.verdict) for d in store.all_decisions()),
            "entries": [(e.id, e.state, e.revision.id if e.revision else None, e.open_change) for e in store.listed_entries()],
            "live": {tag: (release.manifest_hash, release.entries) for tag, release in live.items()},
            "withdrawn": dict(store.withdrawn_revisions()),
            "held": {tag: hold.reason for tag in MARKETS if (hold := store.hold_of(tag))},
            "conflicts": [(c.key, c.settled_by, c.holds) for tag in MARKETS for c in store.conflicts(tag)],
            "memory": [unit.id for tag in MARKETS for unit in store.memory_units(tag)],
            "calls": store.stored_calls(),
            "failed": [(item.item, item.code) for item in store.failed_items()],
            "users": [user.name for user in store.users()],
            "keys": [(key.name, key.revoked_at is None) for key in open_accounts(store).keys()],  # noqa: SIM118 - no dict
            "answers": [(id_, store.query(id_) is not None, len(store.feedback(id_))) for id_ in ("r0", "r1")],
        }


def _perform(act: str, site: Path, url: str, failpoint: str) -> None:
    ACTS[act](settings_of(site, url, failpoint))


@cache
def _processes() -> Any:
    """Forked from a process that has loaded everything and runs no thread: a killed act costs its work, not its imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashes.story"])
    return context


def _know_vectors(settings: Settings, known: Path) -> None:
    """Copy the cached vectors of the whole story, so that no killed act needs the embedder."""
    open_store(settings).close()
    with closing(sqlite3.connect(settings.home / "kb.sqlite3")) as connection, connection:
        connection.execute("ATTACH ? AS known", (str(known),))
        connection.execute("INSERT OR IGNORE INTO vectors SELECT * FROM known.vectors")
