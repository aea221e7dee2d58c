"""Settings -> adapters -> services: where services get their adapters, once. Heavy libraries load where they are first used."""

from kb_pipeline.bootstrap.desk import open_assessor, open_curator, requested_changes
from kb_pipeline.bootstrap.home import (
    check_never_was,
    has_store,
    open_accounts,
    open_audit_anchor,
    open_audit_keys,
    open_backups,
    open_store,
)
from kb_pipeline.bootstrap.inputs import market_tags, open_markets, open_source, privacy_policy, today
from kb_pipeline.bootstrap.models import LanguageModel, open_embedder
from kb_pipeline.bootstrap.releases import build_publisher, open_home, open_indexes, rebuild_indexes, verify_now
from kb_pipeline.bootstrap.runs import build_pipeline
from kb_pipeline.bootstrap.serving import build_serving, open_searcher

__all__ = [
    "LanguageModel",
    "build_pipeline",
    "build_publisher",
    "build_serving",
    "check_never_was",
    "has_store",
    "market_tags",
    "open_accounts",
    "open_assessor",
    "open_audit_anchor",
    "open_audit_keys",
    "open_backups",
    "open_curator",
    "open_embedder",
    "open_home",
    "open_indexes",
    "open_markets",
    "open_searcher",
    "open_source",
    "open_store",
    "privacy_policy",
    "rebuild_indexes",
    "requested_changes",
    "today",
    "verify_now",
]
