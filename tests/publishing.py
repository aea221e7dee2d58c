"""A knowledge base whose releases are verified in this very process: for tests that need no second one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.bootstrap import build_publisher
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.releases import Release, ReleaseReport
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import Failpoint
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.services.release.verify import Verification, verify
from kb_pipeline.settings import Settings
from tests.api.knowledge import Knowledge


@dataclass(frozen=True)
class HereVerifier:
    """ports.releases.Verifier, without the fresh process."""

    verification: Verification

    def verify(self, release: Release) -> ReleaseReport:
        """See ports.releases.Verifier."""
        return verify(self.verification, release.number)[1]


@cache
def _embedder() -> Embedder:
    """The real one, loaded once for all tests; what it has embedded it remembers."""
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, InProcessVectors(), 2)


def publisher_of(knowledge: Knowledge, market: str, failpoint: Failpoint = lambda _: None) -> Publisher:
    """The composition root's publisher, verifying here."""
    made = build_publisher(knowledge.settings, market, "dara", store=knowledge.store, embedder=_embedder())
    return replace(verifying_here(made), failpoint=failpoint)


def verifying_here(publisher: Publisher) -> Publisher:
    """The same, without the fresh process."""
    verification = Verification(
        store=publisher.store,
        indexes=publisher.indexes,
        embedder=publisher.embedder,
        market=publisher.market,
        golden_margin=0.05,
    )
    return replace(publisher, verifier=HereVerifier(verification))


@contextmanager
def before_the_gate() -> Iterator[None]:
    """As homes were before a text had to be sayable to be approved."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb_pipeline.domain.decisions.check_sayable", lambda _: None)
        yield


def retire(knowledge: Knowledge, market: str, entry: str) -> None:
    """A person retires an approved entry."""
    change = Change(
        market=market,
        entry_id=entry,
        kind=ChangeKind.RETIRE,
        revision=None,
        base_revision_id=knowledge.store.approved_text(entry).id,  # type: ignore[union-attr] # it is approved
        relation=Relation(kind=RelationKind.NEW),
        risk=RiskTier.LOW,
    )
    knowledge.store.propose(change)
    decision = Decision(change_id=change.id, verdict=Verdict.APPROVE, actor="ann", seen_version=1)
    knowledge.store.decide(decision)
