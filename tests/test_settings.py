"""Settings as the environment gives them, and as a child process gets them."""

from pathlib import Path

from kb_pipeline.settings import Settings


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("KB_HOME", "")
    assert Settings(_env_file=None).home == Path("var")


def test_a_child_process_has_the_same_settings_and_no_key(monkeypatch, tmp_path):
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        source_languages=("th",),
        llm_api_key="secret",
        answer_confidence=0.7,
        private_data={"phone": "allow"},
    )
    environment = settings.environment()
    assert "secret" not in "".join(environment.values())
    for name in environment:
        monkeypatch.setenv(name, environment[name])
    assert Settings(_env_file=None).model_dump(exclude={"llm_api_key"}) == settings.model_dump(exclude={"llm_api_key"})
