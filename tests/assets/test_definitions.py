import subprocess
import sys
from pathlib import Path

import dagster as dg

from assets.definitions import build_defs
from assets.partitions import MARKETS, market_tags
from kb_pipeline.settings import Settings

DEPENDENCIES = {
    "source_articles": set(),
    "chunks": {"source_articles"},
    "chunk_embeddings": {"chunks"},
    "source_faqs": {"chunks"},
    "localized_faqs": {"source_faqs"},
    "related_faqs": {"localized_faqs"},
    "staged_changes": {"related_faqs"},
    "release": {"staged_changes"},
    "retrieval_report": {"release"},
    "published_index": {"retrieval_report"},
}


def test_the_code_location_loads_and_validates(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    dg.Definitions.validate_loadable(build_defs())


def test_the_graph_is_as_designed(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    found = {node.key.to_user_string(): {k.to_user_string() for k in node.parent_keys} for node in graph.asset_nodes}
    assert {name: found[name] for name in DEPENDENCIES} == DEPENDENCIES


def test_what_is_made_for_a_market_is_partitioned_by_market(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    partitioned = {node.key.to_user_string() for node in graph.asset_nodes if node.partitions_def == MARKETS}
    assert {"localized_faqs", "related_faqs", "staged_changes", "release", "retrieval_report", "published_index"} <= partitioned
    assert partitioned.isdisjoint({"source_articles", "chunks", "chunk_embeddings", "source_faqs"})


def test_every_asset_says_what_it_is_and_who_owns_it(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.group_name in {"source", "faqs", "release"}, spec.key
        assert list(spec.owners) == ["team:knowledge-base"], spec.key
        assert spec.kinds, spec.key


def test_assets_that_ask_a_model_carry_its_prompts_as_their_code_version(defs: dg.Definitions) -> None:
    versions = {spec.key.to_user_string(): spec.code_version for spec in defs.resolve_all_asset_specs()}
    assert versions["source_faqs"]
    assert versions["localized_faqs"]
    assert versions["source_faqs"] != versions["localized_faqs"]


def test_only_a_break_in_the_pipeline_blocks_never_a_finding(defs: dg.Definitions) -> None:
    nodes = {n.key.name: n.blocking for n in defs.resolve_asset_graph().asset_check_nodes}
    assert {name for name, blocking in nodes.items() if blocking} == {"every_draft_is_related", "release_is_fit"}


def test_a_market_is_a_folder_of_packs_as_everywhere_else(tmp_path: Path) -> None:
    for name in ("th-TH/market.yaml", "en-US/market.yaml", "_drafts/notes.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert market_tags(Settings(locales_dir=tmp_path, _env_file=None)) == ("en-US", "th-TH")
    assert market_tags(Settings(locales_dir=tmp_path / "nowhere", _env_file=None)) == ()


def test_loading_the_code_location_loads_no_model_library() -> None:
    heavy = "{'torch', 'sentence_transformers', 'openai', 'onnxruntime', 'transformers', 'chromadb'}"
    code = f"import sys, assets.definitions; sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
