"""What `kb doctor` looks at, one function a subject. Each says how it is and, where it is wrong, a remedy that works."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from typing import NamedTuple

import httpx

from kb_pipeline import __version__
from kb_pipeline.errors import KBError
from kb_pipeline.settings import Settings

LEAST_FREE = 500_000_000  # bytes: a backup, an index and the database's log of a mid-sized home
_ANSWER_SECONDS = 2.0


class Look(NamedTuple):
    """How one thing is; `remedy`: what to do where it is wrong."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def look_around(settings: Settings) -> tuple[Look, ...]:
    """All looks, in order; none of them stops the others."""
    looks = (_versions, _home, _disk, _store, _backups, _indexes, _models, _packs, _ports)
    found = (look for each in looks for look in each(settings))
    return tuple(look._replace(remedy="") if look.ok else look for look in found)


def _versions(_: Settings) -> Iterator[Look]:
    parts = (f"kb-pipeline {__version__}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}")
    yield Look("versions", True, ", ".join((*parts, f"Chroma {version('chromadb')}", f"Dagster {version('dagster')}")))


def _home(settings: Settings) -> Iterator[Look]:
    home = settings.home
    if home.exists() and not home.is_dir():
        yield Look("home", False, f"'{home}' is no folder", "set KB_HOME to a folder of its own")
    else:
        yield Look("home", True, str(home.resolve()) if home.exists() else f"'{home}' is made by the first kb run")


def _disk(settings: Settings) -> Iterator[Look]:
    there = next(folder for folder in (settings.home.resolve(), *settings.home.resolve().parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    remedy = f"make room on the disk of '{there}', or move the home and set KB_HOME"
    yield Look("disk", free >= LEAST_FREE, f"{free / 1e9:.1f} GB are free", remedy)


def _store(settings: Settings) -> Iterator[Look]:
    from kb_pipeline.bootstrap import check_never_was, has_store, open_store

    try:
        if not has_store(settings):
            check_never_was(settings)
            yield Look("store", True, "there is no database yet; the first kb run makes it")
            return
        with closing(open_store(settings)) as store:
            calls, _ = store.call_totals()
            events, _head = store.audit_head()
            foreign = store.foreign_objects()
    except KBError as error:
        is_file = not settings.database_url
        yield Look("store", False, error.message, "restore a backup: kb restore FILE --force" if is_file else error.remedy)
    else:
        yield Look("store", True, f"{events} audit events, {calls} model calls")
        yield from (Look("store", False, f"the {found}", found.remedy) for found in foreign)


def _backups(settings: Settings) -> Iterator[Look]:
    """Copies of the database that nobody knows of."""
    from kb_pipeline.adapters.store_sql.backup import leftovers

    for folder in (*leftovers(settings.home), *leftovers(settings.home / "backups")):
        message = f"'{folder}' is left of a backup that was killed, unless one is being made"
        yield Look("backups", False, message, f"rm -r '{folder}'")


def _indexes(settings: Settings) -> Iterator[Look]:
    from kb_pipeline.bootstrap import has_store, open_indexes, open_store

    if not has_store(settings):
        return
    try:
        with closing(open_store(settings)) as store:
            live = [store.release(market, number) for market, number in sorted(store.live_numbers().items())]
    except KBError:
        return  # the store's own look says why
    for release in live:
        try:
            open_indexes(settings).open(release).close()
        except KBError as error:
            yield Look("index", False, error.message, f"kb release publish --market {release.market}")
        else:
            yield Look("index", True, f"{release.id} is live with {release.entries} entries")


def _models(settings: Settings) -> Iterator[Look]:
    from kb_pipeline.adapters.models.fetch import list_models
    from kb_pipeline.adapters.models.registry import LANGUAGE_MODEL

    for model in list_models(settings.model_dir):
        used = settings.llm_model if model.name == LANGUAGE_MODEL.name else settings.embedding_model
        if used == "embedded":
            here = "is here" if model.present else f"is not in '{settings.model_dir}'"
            yield Look("model", model.present, f"{model.name} {here}", "kb models fetch")


def _packs(settings: Settings) -> Iterator[Look]:
    from kb_pipeline.adapters.packs.files import inspect_packs

    try:
        reports = inspect_packs(settings.locales_dir)
    except KBError as error:
        yield Look("packs", False, error.message, error.remedy)
        return
    problems = [problem for report in reports for problem in report.problems]
    if problems:
        yield Look("packs", False, f"{len(problems)} problems, the first: {problems[0].message}", "kb check")
    else:
        yield Look("packs", bool(reports), f"{len(reports)} markets in '{settings.locales_dir}'", "kb market add TAG")


def _ports(settings: Settings) -> Iterator[Look]:
    from kb_pipeline.cli.system.programs import check_ports
    from kb_pipeline.cli.system.up import our_programs

    for program in our_programs(settings):
        try:
            check_ports([program])
        except KBError as error:
            runs = _answers(program.url + program.ready)
            yield Look("port", runs, f"{program.title} runs at {program.url}" if runs else error.message, error.remedy)
        else:
            yield Look("port", True, f"{program.port} is free for {program.title}")


def _answers(url: str) -> bool:
    """Whether one of our programs answers there, ready or not."""
    try:
        return httpx.get(url, timeout=_ANSWER_SECONDS).status_code in {200, 503}
    except httpx.HTTPError:
        return False
