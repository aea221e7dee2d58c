"""A new knowledge base is valid as it is, written whole, and never over anything."""

import pytest

from kb_pipeline.adapters.packs.files import check_packs, load_markets
from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.adapters.starter.knowledge_base import starter, write_starter
from kb_pipeline.domain.articles import Article
from kb_pipeline.errors import UsageError
from kb_pipeline.steps.localize.conventions import conventions_of


@pytest.fixture
def folder(tmp_path):
    made = starter(tmp_path / "my-kb")
    assert not (tmp_path / "my-kb").exists()
    write_starter(made)
    return tmp_path / "my-kb"


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_its_packs_pass_the_check_and_none_of_their_tables_is_empty(folder):
    assert check_packs(folder / "locales") == ()
    markets = load_markets(folder / "locales")
    assert [market.tag for market in markets] == ["en-US", "th-TH"]
    assert [m.tag for m in markets if not (m.terms and m.ui_strings and m.facts and m.golden and m.examples and m.style)] == []


def test_its_packs_write_numbers_and_dates_as_cldr_says(folder):
    for market in load_markets(folder / "locales"):
        cldr, ours = conventions_of(market.tag), market.conventions
        names = ("currency", "scripts", "full_stop", "buddhist_era", "question_marks")
        assert {name: getattr(ours, name) for name in names} == {name: getattr(cldr, name) for name in names}


def test_its_packs_fit_its_article(folder):
    (article,) = SourceFiles(folder / "kb_source", languages=("en",), max_bytes=10_000).read()
    assert isinstance(article, Article)
    for market in load_markets(folder / "locales"):
        assert {query.article_id for query in market.golden} == {article.id}
        assert [label.source for label in market.ui_strings if label.source not in article.body] == []
        assert [fact.source_value for fact in market.facts if fact.source_value not in article.body] == []
        assert set(article.front_matter.topics).isdisjoint(market.risk_topics)  # so that one person can approve the first entry


def test_what_is_to_decide_stands_in_the_style_guides(folder):
    for tag in ("en-US", "th-TH"):
        assert "- [ ] " in (folder / "locales" / tag / "style.md").read_text("utf-8")


def test_state_and_keys_stay_out_of_version_control(folder):
    assert {"var/", ".env"} <= set((folder / ".gitignore").read_text("utf-8").splitlines())
    assert ".env" not in names(folder)


def test_an_empty_folder_and_a_fresh_repository_are_filled(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    write_starter(starter(tmp_path))
    assert (tmp_path / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert check_packs(tmp_path / "locales") == ()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".new-")]


@pytest.mark.parametrize("name", ["notes.txt", ".env", "README.md", "บันทึก.md"])
def test_a_folder_with_a_file_in_it_is_refused_and_left_as_it_is(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="not empty") as caught:
        starter(tmp_path)
    assert name in caught.value.message
    assert caught.value.remedy
    assert (names(tmp_path), (tmp_path / name).read_text()) == ([name], "mine")


def test_whoever_was_faster_keeps_the_folder(tmp_path):
    made = starter(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        write_starter(made)
    assert (names(tmp_path), (tmp_path / "README.md").read_text()) == (["README.md"], "mine")


def test_a_file_or_a_broken_link_is_no_place_for_it(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(UsageError, match="is a file"):
            starter(tmp_path / name)
    with pytest.raises(UsageError, match="cannot write"):
        write_starter(starter(tmp_path / "file" / "below"))
    assert (tmp_path / "file").read_text() == "mine"
