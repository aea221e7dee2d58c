"""`kb init` says what it wrote and how to go on."""

import json
import shlex
import sys

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app
from kb_pipeline.errors import UsageError
from tests.databases import use_home


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["kb-in-a-test"])
    return tmp_path


def init(*words):
    done = CliRunner().invoke(app, ["init", *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("name", ["my-kb", "ความรู้ ของเรา"])
def test_every_file_is_named_and_the_next_commands_can_be_typed(here, name):
    shown = init(name)
    for path in (here / name).rglob("*"):
        assert path.is_dir() or f"{path.relative_to(here)}: " in shown
    assert f"  cd {shlex.quote(name)} " in shown
    assert "  kb check " in shown


def test_in_this_very_folder_there_is_no_way_to_go(here):
    assert "cd " not in init(".")
    assert (here / "locales").is_dir()


def test_a_kb_that_is_not_on_the_path_is_named_so_that_it_works_in_the_new_folder(here, monkeypatch):
    monkeypatch.setattr(sys, "argv", [".venv/bin/kb"])
    assert json.loads(init("my-kb", "--json"))["next"][1] == f"{here}/.venv/bin/kb check"


def test_a_dry_run_names_the_files_and_writes_nothing(here):
    assert "locales/th-TH/market.yaml" in init("my-kb", "--dry-run")
    assert list(here.iterdir()) == []


def test_json_has_the_files_with_their_text(here):
    made = json.loads(init("my-kb", "--json"))
    assert made["written"] is True
    assert {name: (here / "my-kb" / name).read_text("utf-8") for name in made["files"]} == made["files"]


def test_a_second_time_is_a_wrong_call(here):
    init("my-kb")
    with pytest.raises(UsageError) as caught:
        init("my-kb")
    assert caught.value.exit_code == 2


def test_the_row_that_parse_prints_fits_the_pack_as_init_wrote_it(here, monkeypatch):
    init(".")
    article = here / "kb_source/en/contact.md"
    article.parent.mkdir(parents=True, exist_ok=True)
    article.write_text("# Contact\n\nCall 02-123-4567 or 081-234-5678 any day.\n", encoding="utf-8")
    use_home(monkeypatch, here)
    monkeypatch.setenv("KB_LOCALES_DIR", str(here / "locales"))

    def kb(*words):
        return CliRunner().invoke(app, words)

    before = kb("check")
    rows = kb("parse", str(article), "--private").stdout.splitlines()[1:]
    facts = here / "locales/th-TH/facts.csv"
    facts.write_text(facts.read_text("utf-8") + f"{rows[0]}\n", encoding="utf-8")
    after = kb("check")
    assert (after.exit_code, "wrong-cells" in after.output) == (before.exit_code, False)
    still = kb("parse", str(article), "--private").stdout
    assert "081-234-5678" in still
    assert "02-123-4567" not in still
