"""A small knowledge base whose model is a scripted endpoint over real HTTP."""

import pytest

from kb_pipeline.settings import Settings
from tests.conftest import ROOT
from tests.e2e.endpoint import ScriptedEndpoint
from tests.factories import RETURNS, SAFETY

WORKERS = 2


@pytest.fixture
def endpoint(httpserver):
    return ScriptedEndpoint(httpserver, seconds=0.0)


@pytest.fixture
def settings(tmp_path, endpoint):
    for path, text in (("en/returns.md", RETURNS), ("zh-CN/safety.md", SAFETY)):
        (tmp_path / "source" / path).parent.mkdir(parents=True)
        (tmp_path / "source" / path).write_text(text, encoding="utf-8")
    return Settings(
        home=tmp_path / "home", source_dir=tmp_path / "source", locales_dir=ROOT / "locales", llm_parallel=WORKERS,
        llm_model="scripted", llm_base_url=endpoint.url, llm_api_key="k", llm_prompt_price=0.5, llm_completion_price=2.0,
        _env_file=None,
    )  # fmt: skip
