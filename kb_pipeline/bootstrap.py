"""Settings -> adapters -> services: where services get their adapters, once. Heavy libraries load where they are first used."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kb_pipeline.domain.changes import Change, ChangeState
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.privacy import PrivacyPolicy
from kb_pipeline.domain.releases import Release, ReleaseReport
from kb_pipeline.domain.run_cap import RunCap, RunUsage
from kb_pipeline.errors import InHandError, StoreError, UnknownMarketError, UsageError
from kb_pipeline.failpoints import failpoint_at
from kb_pipeline.ports.accounts import AccountStore
from kb_pipeline.ports.articles import SourceReader
from kb_pipeline.ports.models import LLM, CallStore, Embedder, VectorStore
from kb_pipeline.ports.progress import Progress
from kb_pipeline.ports.releases import Indexes
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.audit.anchor_file import AnchorFile
    from kb_pipeline.adapters.audit.key_file import GivenKeys, KeyFile
    from kb_pipeline.adapters.models.batched_calls import BatchedCalls
    from kb_pipeline.adapters.models.chat_openai import Endpoint
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.adapters.store_sql.backup import SqliteBackups
    from kb_pipeline.domain.accounts import User
    from kb_pipeline.services.access.accounts import Accounts
    from kb_pipeline.services.draft.run import Pipeline
    from kb_pipeline.services.draft.work import Wait
    from kb_pipeline.services.entries.curator import Curator
    from kb_pipeline.services.invariants.home import Home
    from kb_pipeline.services.release.publish import Publisher
    from kb_pipeline.services.review.assess import Assessor
    from kb_pipeline.services.serve.opened import LiveStore
    from kb_pipeline.services.serve.search import Searcher
    from kb_pipeline.services.serve.serving import Serving

    Batches = Callable[[Endpoint, Callable[[], RunUsage]], BatchedCalls]

_LOG = logging.getLogger(__name__)


def today() -> date:
    """The day in UTC, on which market facts are valid or not."""
    return datetime.now(UTC).date()


def open_store(settings: Settings) -> "SqlStore":
    """The store of `KB_HOME`, created and migrated if need be. Raises StoreError, also where there was one that is gone."""
    from kb_pipeline.adapters.store_sql import SqlStore

    if not has_store(settings):
        check_never_was(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    keys, anchor = open_audit_keys(settings), open_audit_anchor(settings)
    return SqlStore(settings.store_url, keys, anchor, failpoint_at(settings.failpoint))


def has_store(settings: Settings) -> bool:
    """Whether there is a database: to look at one must not make it."""
    url = settings.store_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def check_never_was(settings: Settings) -> None:
    """Let no empty database take the place of one that is gone. Raises StoreError where the anchor knows events of it."""
    anchor = open_audit_anchor(settings)
    known = max((mark.count for mark in anchor.marks()), default=0) if anchor else 0
    if anchor and known:
        raise StoreError(
            f"the database is gone, and the anchor '{anchor.path}' knows {known} events of it",
            "put it back, or restore a backup: kb restore FILE; to begin anew, remove the whole home",
        )


def open_audit_keys(settings: Settings) -> "KeyFile | GivenKeys":
    """The keys of the audit trail: those of the settings, or of the file. Raises StoreError for one that is too short."""
    from kb_pipeline.adapters.audit.key_file import GivenKeys, KeyFile

    given = settings.audit_key.get_secret_value().strip()
    return GivenKeys(given) if given else KeyFile(settings.audit_key_file or settings.home / "audit.key")


def open_audit_anchor(settings: Settings) -> "AnchorFile | None":
    """Where the audit trail's head is written down; None where it is switched off."""
    from kb_pipeline.adapters.audit.anchor_file import AnchorFile

    if settings.audit_anchor == "off":
        return None
    return AnchorFile(Path(settings.audit_anchor) if settings.audit_anchor else settings.home / "audit.anchor")


def requested_changes(settings: Settings) -> tuple[Change, ...]:
    """The changes of all markets that a person asked to be different. Raises StoreError."""
    with closing(open_store(settings)) as store:
        return tuple(store.changes(None, (ChangeState.CHANGES_REQUESTED,)))


def open_accounts(store: AccountStore) -> "Accounts":
    """Users, sessions and API keys."""
    from kb_pipeline.adapters.passwords_argon2 import Argon2Passwords
    from kb_pipeline.services.access.accounts import Accounts

    return Accounts(store, Argon2Passwords())


def open_curator(settings: Settings, user: "User") -> "Curator":
    """What `user` may do with entries that are there."""
    from kb_pipeline.services.entries.curator import Curator

    store = open_store(settings)
    embedder = open_embedder(settings, store)
    return Curator(store, embedder, open_assessor(settings, store, open_markets(settings), embedder), user)


def open_backups(settings: Settings) -> "SqliteBackups":
    """Backups of the store. Raises StoreError unless it is SQLite's."""
    from kb_pipeline.adapters.store_sql.backup import SqliteBackups

    keys, anchor = open_audit_keys(settings), open_audit_anchor(settings)
    return SqliteBackups(settings.store_url, keys, anchor, failpoint_at(settings.failpoint))


@contextmanager
def open_home(settings: Settings) -> "Iterator[Home]":
    """All that the invariants look at. Raises StoreError, UnknownMarketError, PackError."""
    from kb_pipeline.services.invariants.home import Home

    with closing(open_store(settings)) as store:
        yield Home(
            store=store,
            indexes=open_indexes(settings),
            embedder=open_embedder(settings, store),
            markets=open_markets(settings),
            golden_margin=settings.golden_margin,
        )


def rebuild_indexes(settings: Settings) -> tuple[str, ...]:
    """Build the missing indexes of the live releases anew, as after a restore; the ids of these releases."""
    store = open_store(settings)
    try:
        markets = sorted(store.live_numbers())
        return tuple(id_ for tag in markets for id_ in build_publisher(settings, tag, store=store).restore_indexes())
    finally:
        store.close()


def market_tags(settings: Settings) -> tuple[str, ...]:
    """The tags of the packs' folders; empty where there is no folder of packs. Nothing is read."""
    from kb_pipeline.adapters.packs.files import market_tags as tags_in

    return tags_in(settings.locales_dir) if settings.locales_dir.is_dir() else ()


def open_markets(settings: Settings, tags: Sequence[str] = ()) -> tuple[Market, ...]:
    """The packs of `tags`, each once, or all of them. Raises UnknownMarketError, PackError."""
    from kb_pipeline.adapters.packs.files import load_market, load_markets, market_named

    if tags:
        named = dict.fromkeys(market_named(settings.locales_dir, tag) for tag in tags)
        return tuple(load_market(settings.locales_dir, tag) for tag in named)
    markets = load_markets(settings.locales_dir)
    if not markets:
        raise UnknownMarketError(f"no market pack in '{settings.locales_dir}'", "set KB_LOCALES_DIR to the folder of the packs")
    return markets


def open_source(
    settings: Settings,
    path: Path | None = None,
    *,
    limit: int | None = None,
    only: Sequence[str] = (),
    packs: Sequence[Market] | None = None,
) -> SourceReader:
    """The articles of a folder or of one file; `path`: None for the folder of the settings. Raises as `privacy_policy`."""
    from kb_pipeline.adapters.source.files import SourceFile, SourceFiles

    path, languages, max_bytes = path or settings.source_dir, settings.source_languages, settings.max_article_bytes
    markets, privacy = market_tags(settings), privacy_policy(settings, packs)
    if path.is_file():
        return SourceFile(path, languages=languages, max_bytes=max_bytes, only=only, markets=markets, privacy=privacy)
    return SourceFiles(path, languages=languages, max_bytes=max_bytes, limit=limit, only=only, markets=markets, privacy=privacy)


def privacy_policy(settings: Settings, packs: Sequence[Market] | None = None) -> PrivacyPolicy:
    """What becomes of secrets and personal data in articles; what any market's facts publish stays.

    `packs`: those that can be read; None: all, each of which must be whole (raises PackError).
    """
    from kb_pipeline.steps.privacy.articles import public_keys

    if packs is None:
        packs = open_markets(settings) if market_tags(settings) else ()
    public = public_keys(fact for pack in packs for fact in pack.facts)
    return PrivacyPolicy(handling=settings.private_data, public=public)


def open_embedder(settings: Settings, store: VectorStore) -> Embedder:
    """The embedder, with its vectors cached in `store`. Loads nothing until a vector is missing."""
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedding_model, settings.model_dir, store, settings.embedding_threads)


def open_assessor(
    settings: Settings, store: "SqlStore", markets: Sequence[Market], embedder: Embedder | None = None
) -> "Assessor":
    """What judges a person's text as a draft is; `embedder`: one that is open already. Reads nothing until it is asked."""
    from kb_pipeline.services.review.assess import Assessor

    return Assessor(store, embedder or open_embedder(settings, store), markets, today)


def open_indexes(settings: Settings) -> Indexes:
    """The indexes of the releases."""
    from kb_pipeline.adapters.index.chroma import ChromaIndexes

    return ChromaIndexes(settings.home / "releases", settings.chroma_url)


def open_searcher(settings: Settings, store: "LiveStore") -> "Searcher":
    """What answers questions from the live releases; the questions' vectors stay in memory. It follows nothing yet."""
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
    from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
    from kb_pipeline.services.serve.search import Searcher

    return Searcher(
        store=store,
        indexes=open_indexes(settings),
        embedder=SentenceTransformersEmbedder(
            settings.embedding_model, settings.model_dir, InProcessVectors(), settings.embedding_threads
        ),
        markets=open_markets(settings),
        threshold=settings.answer_confidence,
        day=today,
    )


def build_serving(settings: Settings) -> "Serving":
    """The retrieval API's use cases, wired. Raises UnknownMarketError, PackError, StoreError, UsageError."""
    from kb_pipeline.services.access.limits import RateLimit
    from kb_pipeline.services.serve.keys import KnownKeys
    from kb_pipeline.services.serve.query_log import BufferedQueryLog
    from kb_pipeline.services.serve.serving import Serving

    markets, rate = open_markets(settings), RateLimit(settings.rate_limit)
    store = open_store(settings)
    return Serving(
        searcher=open_searcher(settings, store),
        keys=KnownKeys(store),
        feedback=store,
        log=BufferedQueryLog(store, days=settings.query_log_days),
        rate=rate,
        markets=markets,
        offline_seconds=settings.offline_hours * 3600,
        close=store.close,
    )


class LanguageModel:
    """The language model of the settings, and how to end it. The embedded server starts at the first paid call only."""

    def __init__(
        self,
        settings: Settings,
        store: CallStore,
        cap: RunCap | None = None,
        before: RunUsage | None = None,
        batches: "Batches | None" = None,
    ) -> None:
        """`cap`: of the run; `before`: what its earlier steps took; `batches`: how calls are batched, None: they are not.

        Raises UsageError for a cap that cannot be kept, for batches of the embedded model, and for an address that is none.
        """
        from kb_pipeline.adapters.models.address import check_address
        from kb_pipeline.adapters.models.capped_calls import CappedCalls
        from kb_pipeline.adapters.models.chat_openai import Endpoint
        from kb_pipeline.adapters.models.llm_openai import OpenAILLM
        from kb_pipeline.adapters.models.prices import price_of
        from kb_pipeline.adapters.models.registry import LANGUAGE_MODEL

        key, name = settings.llm_api_key.get_secret_value(), settings.llm_model
        self._server = None
        if batches and name == "embedded":
            raise UsageError(
                "the embedded model takes no batches", "run without --batch, or set KB_LLM_MODEL and KB_LLM_BASE_URL"
            )
        if name == "embedded":
            from kb_pipeline.adapters.models.llm_server_embedded import EmbeddedServer

            weights = settings.model_dir / LANGUAGE_MODEL.files[0].path
            self._server = EmbeddedServer(weights, slots=settings.llm_parallel, threads=settings.llm_threads)
            endpoint = Endpoint(
                model=LANGUAGE_MODEL.name,
                base_url=self._server.base_url,
                key=self._server.key,
                lengths=True,
                timeout=settings.llm_timeout,
                deadline=settings.llm_deadline,
                price=price_of("embedded"),
            )
        else:
            url = settings.llm_base_url or None
            if url:
                check_address(url)
            price = price_of(name, settings.llm_prompt_price, settings.llm_completion_price)
            endpoint = Endpoint(
                model=name,
                base_url=lambda: url,
                key=key,
                timeout=settings.llm_timeout,
                deadline=settings.llm_deadline,
                price=price,
            )
        if cap and cap.cost is not None and endpoint.price is None:
            raise UsageError(
                f"the price of '{endpoint.model}' is not known, so a cap of cost cannot be kept",
                "set KB_LLM_PROMPT_PRICE and KB_LLM_COMPLETION_PRICE, or a cap of tokens: KB_RUN_TOKENS",
            )
        spent = before or RunUsage()
        self.batches = batches(endpoint, lambda: self.account + spent) if batches else None
        self.llm: LLM = OpenAILLM(endpoint, CappedCalls(store, cap or RunCap(), lambda: self.account + spent), self.batches)

    @property
    def account(self) -> RunUsage:
        """What was paid since it was opened."""
        return RunUsage(calls=self.llm.account.calls, usage=self.llm.account.usage)

    def close(self) -> None:
        """Stop the embedded server, if it runs."""
        if self._server is not None:
            self._server.close()


@contextmanager
def _language_model(
    settings: Settings, store: "SqlStore", run_id: str, cap: RunCap, batches: "Batches | None"
) -> "Iterator[tuple[LLM, Wait]]":
    """The language model of a run's step, shared with other runs on this home, and how to wait for what is in hand.

    What the step took is written down at its end, for the run's later steps.
    """
    from kb_pipeline.adapters.models.leased_llm import LeasedLLM
    from kb_pipeline.services.draft.work import wait_for_others

    model = LanguageModel(settings, store, cap, store.run_usage(run_id), batches)
    shared = LeasedLLM(model.llm, store, seconds=settings.lease_seconds)

    def wait_for_batches(waiting: int, seconds: float) -> None:
        try:
            with shared.in_hand("batches"):
                had_batches = model.batches is not None and model.batches.wait()
        except InHandError:
            had_batches = False
        if not had_batches:
            wait_for_others(waiting, seconds)

    try:
        yield shared, wait_for_batches if model.batches else wait_for_others
    finally:
        shared.close()
        model.close()
        if model.account.calls:
            store.add_run_usage(run_id, model.account)


def _batches(settings: Settings, store: "SqlStore", cap: RunCap, progress: Progress) -> "Batches":
    """How a run's calls are batched."""
    from kb_pipeline.adapters.models.batched_calls import BatchedCalls

    return partial(BatchedCalls, store=store, cap=cap, progress=progress, pause=settings.batch_pause)


def build_publisher(
    settings: Settings,
    market: str,
    actor: str = "publisher",
    *,
    store: "SqlStore | None" = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> "Publisher":
    """Publishing of one market, in the name of `actor`; `store`, `embedder`: those that are open already.

    Raises as `open_markets`.
    """
    from kb_pipeline.adapters.release.lock_file import publishing_lock
    from kb_pipeline.adapters.release.probe_http import HttpProbe
    from kb_pipeline.adapters.release.verifier_process import ProcessVerifier
    from kb_pipeline.services.release.publish import Publisher

    (pack,) = open_markets(settings, [market])
    store = store or open_store(settings)
    return Publisher(
        store=store,
        indexes=open_indexes(settings),
        embedder=embedder or open_embedder(settings, store),
        verifier=ProcessVerifier(settings.environment()),
        market=pack,
        actor=actor,
        lock=publishing_lock(settings.home / "releases" / pack.tag / "publishing.lock", pack.tag),
        progress=progress,
        kept=settings.releases_kept,
        grace=timedelta(seconds=settings.release_grace),
        probe=HttpProbe(settings.probe_url) if settings.probe_url else None,
        failpoint=failpoint_at(settings.failpoint),
    )


def verify_now(settings: Settings, market: str, number: int | None = None) -> tuple[Release, ReleaseReport]:
    """Verify a release, or the live one, in this very process. Raises UnknownMarketError, NotFoundError, ReleaseError."""
    from kb_pipeline.services.release.verify import Verification, verify

    (pack,) = open_markets(settings, [market])
    with closing(open_store(settings)) as store:
        verification = Verification(
            store=store,
            indexes=open_indexes(settings),
            embedder=open_embedder(settings, store),
            market=pack,
            golden_margin=settings.golden_margin,
            failpoint=failpoint_at(settings.failpoint),
        )
        return verify(verification, number)


def build_pipeline(  # noqa: PLR0913 - what a run may be told, all by name
    settings: Settings,
    progress: Progress,
    *,
    source: Path | None = None,
    markets: Sequence[str] = (),
    limit: int | None = None,
    only: Sequence[str] = (),
    cap: RunCap | None = None,
    run_id: str = "",
    llm: LLM | None = None,
    batch: bool = False,
) -> "Pipeline":
    """The main job, wired. `llm`: None for the one of the settings; of `cap`, what is None is as they say.

    `batch`: the model's calls go into the provider's batches.
    Call `close()` at the end. Raises UnknownMarketError, PackError, StoreError, UsageError.
    """
    from kb_pipeline.adapters.models.registry import asks_of
    from kb_pipeline.services.draft.run import Pipeline
    from kb_pipeline.services.draft.work import wait_for_others

    packs, run_id = open_markets(settings, markets), run_id or uuid.uuid4().hex[:12]
    cap = (cap or RunCap()).or_else(RunCap(tokens=settings.run_tokens, cost=settings.run_cost))
    with ExitStack() as opened:
        store = open_store(settings)
        opened.callback(store.close)
        wait: Wait = wait_for_others
        if not batch and (calls := sum(one.calls for one in store.open_batches())):
            _LOG.warning("%d calls are in a batch: kb run --batch reads it, a run without --batch pays for them anew", calls)
        if llm is None:
            batches = _batches(settings, store, cap, progress) if batch else None
            llm, wait = opened.enter_context(_language_model(settings, store, run_id, cap, batches))
        return Pipeline(
            store=store,
            reader=open_source(settings, source, limit=limit, only=only),
            embedder=open_embedder(settings, store),
            llm=llm,
            markets=packs,
            progress=progress,
            run_id=run_id,
            day=today(),
            parallel=settings.llm_parallel,
            repairs=settings.llm_repairs,
            asks=asks_of(settings.llm_model, settings.llm_asks),
            chunk_tokens=settings.chunk_tokens,
            close=opened.pop_all().close,
            cap=cap,
            wait=wait,
        )
