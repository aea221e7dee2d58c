"""`kb parse` shows what a model would be shown, without a model; the JSON of `--sentences` is read by other programs."""

import json

import pytest
from typer.testing import CliRunner

from kb_pipeline.cli.app import app
from kb_pipeline.errors import UsageError
from tests.factories import RETURNS

THAI = "# คืนสินค้า\n\n## เงื่อนไข\n\nคืนสินค้าได้ภายใน 15 วัน\n"


@pytest.fixture
def source(tmp_path, monkeypatch):
    for name, text in (("en/returns.md", RETURNS), ("th/returns.md", THAI)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "en" / "bad.md").write_bytes(b"caf\xe9")
    monkeypatch.setenv("KB_SOURCE_DIR", str(tmp_path))
    monkeypatch.setenv("KB_SOURCE_LANGUAGES", '["en", "th"]')
    return tmp_path


def parse(*words):
    done = CliRunner().invoke(app, ["parse", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done


def test_the_sentences_as_json_are_one_list_of_records(source):
    done = parse(source, "--sentences", "--json")
    assert list(json.loads(done.stdout)) == ["sentences"]
    first, *_, last = json.loads(done.stdout)["sentences"]
    window = "Return an item > Return window"
    assert first == {
        "article": "en/returns",
        "heading": window,
        "text": "You can return most items within 15 days of delivery.",
        "lead_in": [],
    }
    assert last == {"article": "th/returns", "heading": "คืนสินค้า > เงื่อนไข", "text": "คืนสินค้าได้ภายใน 15 วัน", "lead_in": []}
    assert "en/bad.md:1" in done.stderr
    assert "not-utf8" in done.stderr


def test_people_see_each_heading_once_above_its_sentences(source):
    shown = parse("--sentences").stdout
    assert shown.count("en/returns: Return an item > Return window\n") == 1
    assert "  คืนสินค้าได้ภายใน 15 วัน\n" in shown


@pytest.mark.parametrize("name", ["en/returns.md", "th/returns.md"])
def test_one_article_has_the_sentences_that_it_has_in_its_folder(source, name):
    one = json.loads(parse(source / name, "--sentences", "--json").stdout)["sentences"]
    whole = json.loads(parse(source, "--sentences", "--json").stdout)["sentences"]
    assert one == [sentence for sentence in whole if f"{sentence['article']}.md" == name]
    assert one


def test_a_folder_without_articles_has_an_empty_list(tmp_path):
    assert parse(tmp_path, "--sentences", "--json").stdout == '{"sentences": []}\n'


def test_a_folder_that_is_not_there_prints_no_half_of_a_list(tmp_path):
    done = CliRunner().invoke(app, ["parse", str(tmp_path / "none"), "--sentences", "--json"])
    assert isinstance(done.exception, UsageError)
    assert done.stdout == ""


def test_the_folder_of_the_settings_is_counted_by_default(source):
    report = json.loads(parse("--json").stdout)
    assert (report["articles"], [q["code"] for q in report["quarantined"]]) == (2, ["not-utf8"])
