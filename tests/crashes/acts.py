"""What runs and people do to a home. Each act opens it anew, as a new process does, and does only what is not done yet.

The language model is an HTTP endpoint with scripted answers; all else is what the composition root makes.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import chromadb.api.rust  # noqa: F401 - loaded once, in the process from which the killed ones are forked
import openai  # noqa: F401

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import (
    build_pipeline,
    build_publisher,
    open_accounts,
    open_assessor,
    open_audit_keys,
    open_backups,
    open_embedder,
    open_indexes,
    open_markets,
    open_store,
)
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.answers import Feedback, Outcome, QueryRecord
from kb_pipeline.domain.changes import Change, RootCause
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import BlockedError, ConflictError, NotFoundError
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.services.entries.curator import Curator
from kb_pipeline.services.language.translation_memory import import_units
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.services.release.verify import Verification
from kb_pipeline.services.review.import_entries import Importer
from kb_pipeline.services.review.reviewer import Reviewer
from kb_pipeline.settings import Settings
from kb_pipeline.steps.facts.extract import extract
from kb_pipeline.steps.language.stems import content_words
from kb_pipeline.steps.parse.chunks import estimate_tokens
from tests.conftest import DAY
from tests.e2e.endpoint import SPOILT
from tests.fakes import SilentProgress
from tests.publishing import HereVerifier

MARKETS = ("en-US", "th-TH")
OTHER_ANSWER = {
    "en-US": (
        "What about this: You can return most items within 15 days?",
        "You can return most items within 20 days of delivery.",
    ),
    "th-TH": ("ร้านเปิดกี่โมง", "ร้านเปิด 9 โมงถึง 18 โมงทุกวัน"),
}
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
SAFE = "backups/kb.tar.gz"  # in the home


@contextmanager
def opened(settings: Settings) -> Iterator[SqlStore]:
    with closing(open_store(settings)) as store:
        yield store


def run(settings: Settings) -> None:
    """`kb run`."""
    pipeline = build_pipeline(settings, SilentProgress(), markets=MARKETS, run_id="run")
    try:
        run_pipeline(pipeline)
    finally:
        pipeline.close()


def run_with_faults(settings: Settings) -> None:
    """`kb run` while the endpoint spoils some replies, some of them for ever."""
    run(settings.model_copy(update={"llm_base_url": f"{settings.llm_base_url}{SPOILT}"}))


def try_again(settings: Settings) -> None:
    """`kb retry --all`."""
    with opened(settings) as store:
        store.try_again([item.id for item in store.failed_items() if item.runs], "ann")


def decide(settings: Settings) -> None:
    """Two people decide on all that waits: in each market one change is edited, one rejected, one asked to be different."""
    with opened(settings) as store:
        decided = {(d.change_id, d.actor) for d in store.all_decisions()}
        first = {c.id: n for tag in MARKETS for n, c in enumerate(sorted(store.changes(tag, ()), key=lambda c: c.id))}
        for name in ("ann", "ben"):
            reviewer = reviewer_of(settings, store, name)
            for change in sorted(store.changes(), key=lambda change: change.id):
                if (change.id, name) not in decided:
                    _decide(reviewer, change, first[change.id] if name == "ann" else -1)


def _decide(reviewer: Reviewer, change: Change, place: int) -> None:
    """The word on one change, by its place among the market's."""
    text = change.revision.text if change.revision else None
    if place == 0 and text is not None:
        edited = FaqText(question=text.question, answer=f"{text.answer}!", phrasings=text.phrasings)
        reviewer.edit(change.id, edited, category="style", root_cause=RootCause.LOCALIZATION, override=True, comment="ok")
    elif place == 1:
        reviewer.reject(change.id, category="accuracy", root_cause=RootCause.LOCALIZATION, comment="no")
    elif place == 2 and text is not None and change.source_faq_id:
        reviewer.request_changes(change.id, "shorter")
    else:
        reviewer.approve(change.id, override=True, comment="ok")


def publish(settings: Settings) -> None:
    """Both markets."""
    with opened(settings) as store:
        for market in MARKETS:
            publisher_of(settings, store, market).publish()


def import_entries(settings: Settings) -> None:
    """`kb import --propose`: in one market a row that contradicts what is said."""
    with opened(settings) as store:
        for market in open_markets(settings, MARKETS):
            question, answer = OTHER_ANSWER[market.tag]
            importer = Importer(store, open_embedder(settings, store), market, DAY, propose=True)
            importer.run([(2, {"question": question, "answer": answer})], SilentProgress())


def import_memory(settings: Settings) -> None:
    """`kb memory import`."""
    with opened(settings) as store:
        (thai,) = open_markets(settings, ["th-TH"])
        blocks = [("Open the app.", "เปิดแอป", "1"), ("Choose the item.", "เลือกสินค้า", "2")]
        import_units(blocks, "en", thai, store, person=person("ann"), origin="old.tmx", day=DAY)


def publish_in_vain(settings: Settings) -> None:
    """A contradiction stands in the way, and is written down."""
    with opened(settings) as store, suppress(BlockedError):
        publisher_of(settings, store, "en-US").publish()


def settle(settings: Settings) -> None:
    """What contradicts the imported text is withdrawn by a person's word."""
    with opened(settings) as store:
        curator = curator_of(settings, store)
        for conflict in store.conflicts("en-US"):
            if not conflict.settled_by:
                curator.settle(conflict.first_revision, conflict.second_revision, conflict.first_entry, "it was measured")


def withdraw(settings: Settings) -> None:
    """An entry of each market is silenced."""
    with opened(settings) as store:
        curator = curator_of(settings, store)
        for tag in MARKETS:
            with suppress(BlockedError):  # it is already
                curator.withdraw(said_first(store, tag), "it is wrong")


def restore_entry(settings: Settings) -> None:
    """... and may speak again."""
    with opened(settings) as store:
        curator = curator_of(settings, store)
        for tag in MARKETS:
            with suppress(BlockedError):  # it may already
                curator.restore(said_first(store, tag), "it was right")


def rollback(settings: Settings) -> None:
    """Back to the first release."""
    with opened(settings) as store:
        publisher_of(settings, store, "th-TH").rollback(1, "too early")


def lift(settings: Settings) -> None:
    """The hold ends, and a person puts the other market on hold."""
    with opened(settings) as store:
        with suppress(NotFoundError):
            publisher_of(settings, store, "th-TH").lift("go on")
        with suppress(BlockedError):
            publisher_of(settings, store, "en-US").hold("prices change")


def serve(settings: Settings) -> None:
    """What answers leave behind: the query log, outcomes, and what is forgotten of them."""
    with opened(settings) as store:
        records = [QueryRecord(request_id=f"r{n}", at=at, market="th-TH", text="?") for n, at in enumerate((EARLY, LATE))]
        store.save_queries(records)
        if not store.feedback("r1"):
            store.save_feedback(Feedback(request_id="r1", outcome=Outcome.RESOLVED), LATE)
        store.forget_queries(datetime(2026, 1, 15, tzinfo=UTC))


def accounts(settings: Settings) -> None:
    """People and clients come and go."""
    with opened(settings) as store:
        known = open_accounts(store)
        with suppress(BlockedError, ConflictError):
            known.add_user("dara", "a lighthouse at noon", Role.ADMIN, (), "ann")
        token, _ = known.sign_in("dara", "a lighthouse at noon", 1.0)
        known.sign_out(token)
        keys = known.keys() or [known.add_key("shop", (), "dara")[1]]
        for key in keys:
            if key.revoked_at is None:
                known.revoke_key(key.id, "dara")


def rotate(settings: Settings) -> None:
    """`kb audit key rotate`."""
    with opened(settings) as store:
        open_audit_keys(settings).rotate()
        store.note_new_key("ann")


def seal(settings: Settings) -> None:
    """`kb audit seal`."""
    with opened(settings) as store:
        store.seal_trail("ann", "a new key")


def backup(settings: Settings) -> None:
    """`kb backup`."""
    file = settings.home / SAFE
    if not file.exists():
        open_backups(settings).write(file)


def restore(settings: Settings) -> None:
    """`kb restore --force`."""
    open_backups(settings).restore(settings.home / SAFE, force=True)


def warm_up() -> None:
    """Load dictionaries and tables that acts need: once, in the process from which the killed ones are forked.

    What is there then is no garbage: the killed ones need neither look through it nor copy it.
    """
    estimate_tokens("15 days")
    for language, text in (
        ("en-US", "You have 15 days, and $5."),
        ("th-TH", "คุณมีเวลา 15 วัน และ ฿50"),
        ("zh-CN", "10 个字符。"),
    ):
        extract(text, language)
        content_words(text, language)
    gc.freeze()


warm_up()
ACTS: dict[str, Callable[[Settings], None]] = {
    act.__name__: act
    for act in (
        run, run_with_faults, try_again, decide, publish, publish_in_vain, import_entries, import_memory, settle, withdraw,
        restore_entry, rollback, lift,
        serve, accounts, rotate, seal, backup, restore,
    )
}  # fmt: skip


def person(name: str) -> User:
    return User(name=name, role=Role.PUBLISHER)


def reviewer_of(settings: Settings, store: SqlStore, name: str) -> Reviewer:
    markets = open_markets(settings, MARKETS)
    return Reviewer(store, markets, open_assessor(settings, store, markets), person(name), DAY)


def curator_of(settings: Settings, store: SqlStore) -> Curator:
    markets, embedder = open_markets(settings, MARKETS), open_embedder(settings, store)
    return Curator(store, embedder, open_assessor(settings, store, markets, embedder), person("ann"))


def publisher_of(settings: Settings, store: SqlStore, market: str) -> Publisher:
    """The composition root's, verifying here: what the fresh process does has a test of its own."""
    made = build_publisher(settings, market, "ann", store=store)
    verification = Verification(
        store=store,
        indexes=open_indexes(settings),
        embedder=made.embedder,
        market=made.market,
        golden_margin=settings.golden_margin,
        failpoint=made.failpoint,
    )
    return replace(made, verifier=HereVerifier(verification))


def said_first(store: SqlStore, market: str) -> str:
    """The first entry of the market's first release."""
    return store.manifest(market, 1)[0].entry_id
