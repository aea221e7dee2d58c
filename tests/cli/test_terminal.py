"""Whatever stands in a home or in a call, no command writes it to the terminal as it is; with --json it stays JSON."""

import json
import sys

import pytest
import typer
from rich.progress import Progress
from rich.table import Table

from kb_pipeline.adapters.passwords_argon2 import Argon2Passwords
from kb_pipeline.cli.app import app, main
from kb_pipeline.cli.console import Console
from kb_pipeline.domain.characters import visible
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.services.access.accounts import Accounts
from tests.adapters.store_sql.samples import change_of, revision_of
from tests.conftest import ROOT

HOSTILE = "\x1b[31mคืน\x1b]0;owned\x07\u202eเงิน\x9b2J\rREJECTED\U000e0041"
NOT_CALLED = {("demo",), ("up",), ("run",), ("models", "fetch")}  # they start servers and models


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        elif (*path, name) not in NOT_CALLED:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.fixture
def home(tmp_path, monkeypatch, store):
    """A home whose article, pack, change, key and trail hold what a terminal would obey."""
    source = tmp_path / "source"
    (source / "en").mkdir(parents=True)
    (source / "en" / f"{HOSTILE.replace('/', '')}.md").write_text(f"# {HOSTILE}\n\nPay within 3 days. {HOSTILE}\n", "utf-8")
    bad = revision_of("th-TH").model_copy(update={"text": FaqText(question=HOSTILE, answer=HOSTILE, phrasings=(HOSTILE,))})
    change = change_of("th-TH").model_copy(update={"revision": bad})
    store.propose(change)
    Accounts(store, Argon2Passwords()).add_key("\x1b[31mapp\u202e", (), HOSTILE)
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOME": tmp_path, "SOURCE_DIR": source, "LOCALES_DIR": ROOT / "locales", "ACTOR": HOSTILE}.items():
        monkeypatch.setenv(f"KB_{name}", str(value))
    return change


@pytest.fixture
def kb(home, monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["kb", *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr()

    return call


def is_shown(text):
    return visible(text) == text


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_no_command_writes_the_words_of_a_hostile_call_raw(kb, path):
    words = list(path)
    for parameter in COMMANDS[path].params:
        if parameter.required:
            words += [HOSTILE] if parameter.param_type_name == "argument" else [parameter.opts[0], HOSTILE]
    for more in ([], ["--json"]):
        written = kb(*words, *more)
        assert is_shown(written.out) and is_shown(written.err), path
        if more and written.out:
            json.loads(written.out)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_a_hostile_home_holds_is_shown_and_obeyed_by_no_terminal(kb, home, more):
    shown = ""
    for words in (
        ["review", "list"],
        ["review", "show", home.id],
        ["audit", "log"],
        ["key", "list"],
        ["entry", "list"],
        ["parse"],
    ):
        written = kb(*words, *more)
        assert is_shown(written.out) and is_shown(written.err), words
        shown += written.out
        if more and written.out.startswith("{"):
            json.loads(written.out)
    assert r"\u001b[31m" in shown


def test_a_hostile_packs_problems_are_shown(kb, tmp_path, monkeypatch):
    pack = tmp_path / "locales" / "th-TH"
    pack.mkdir(parents=True)
    (pack / "market.yaml").write_text(f'tag: th-TH\n"{visible(HOSTILE[:20])}": 1\n', "utf-8")
    monkeypatch.setenv("KB_LOCALES_DIR", str(pack.parent))
    for words in (["check"], ["check", "--json"], ["market", "list"]):
        written = kb(*words)
        assert is_shown(written.out) and is_shown(written.err), words
        assert r"\u001b]0;" in written.out + written.err


def test_tables_and_bars_keep_their_own_colours_and_show_those_of_others(capsys):
    console, table = Console(force_terminal=True, width=200), Table("what")
    table.add_row(f"[red]{HOSTILE}[/]")
    console.print(table, HOSTILE, style="bold")
    with Progress(console=console) as bars:
        bars.add_task(HOSTILE, total=1)
    written = capsys.readouterr().out
    assert "\x1b[" in written
    assert "\x1b]0;" not in written and "\u202e" not in written and "\x9b" not in written
    assert r"\u001b]0;owned" in written


@pytest.mark.parametrize("command", ["--help", "review --help"])
def test_help_is_as_it_was(kb, command):
    assert r"\u001b" not in kb(*command.split()).out


def test_the_streams_are_the_processes_own_again(kb):
    before = sys.stdout
    kb("--version")
    assert sys.stdout is before


def test_the_packs_of_the_repository_hold_nothing_that_is_escaped():
    assert all(is_shown(file.read_text("utf-8")) for file in (ROOT / "locales").rglob("*.yaml"))
