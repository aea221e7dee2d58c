"""The sample articles are well-formed, agree with each other, and hold the few oddities that demos need."""

import re
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from kb_pipeline.domain.articles import FrontMatter

SOURCE = Path(__file__).parents[1] / "kb_source"
PATHS = sorted(SOURCE.rglob("*.md"))
SHORT = {"returns", "cash-on-delivery", "account-safety"}  # what a slow machine is shown


def read(path: Path) -> tuple[FrontMatter, str]:
    """Front matter and body of an article."""
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    return FrontMatter.model_validate(yaml.safe_load(head)), body


def paragraphs(name: str) -> list[str]:
    """The paragraphs of an English article, each on one line."""
    return [" ".join(block.split()) for block in read(SOURCE / "en" / f"{name}.md")[1].split("\n\n")]


def test_twelve_articles_are_english_and_two_are_chinese_on_topics_of_their_own() -> None:
    names = {language: {path.stem for path in (SOURCE / language).glob("*.md")} for language in ("en", "zh-CN")}
    assert len(names["en"]) == 12
    assert names["zh-CN"] == {"account-safety", "group-buy"}
    assert not names["en"] & names["zh-CN"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_front_matter_is_valid(path: Path) -> None:
    front, body = read(path)
    assert (front.id, front.lang) == (path.stem, path.parent.name)
    assert front.topics
    assert front.owner
    assert front.valid_from
    assert (front.valid_until or front.valid_from) >= front.valid_from
    assert f"\n# {front.title}\n" in body


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_structure_is_that_of_a_help_page(path: Path) -> None:
    body = read(path)[1]
    levels = [len(mark) for mark in re.findall(r"^(#+) ", body, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(levels) <= 3
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert len(path.read_text("utf-8").splitlines()) <= 60
    assert all(alt.strip() for alt in re.findall(r"!\[(.*?)\]", body))
    targets = re.findall(r"\]\((.*?)\)", body)
    assert all(t.startswith(("https://help.marigold.example/", "mailto:")) for t in targets)


@pytest.mark.parametrize("path", [p for p in PATHS if p.stem in SHORT], ids=lambda path: path.stem)
def test_the_demo_articles_are_two_short_sections(path: Path) -> None:
    body = read(path)[1]
    sections = re.split(r"^## .+$", body, flags=re.MULTILINE)[1:]
    assert len(sections) == 2
    assert all(2 <= len(re.findall(r"[.。](?=\s|$|[^\x00-\x7f])", section)) <= 4 for section in sections)


def test_the_articles_use_every_kind_of_markdown_and_fact() -> None:
    text = "\n".join(read(path)[1] for path in PATHS)
    kinds = [r"^\|---", r"^- ", r"^1\. ", r"^> \[!NOTE\]", r"!\[", r"\{order_id\}", r"\d%", r"\d:\d\d [AP]M"]
    kinds += [r"\d business days", r"\d hours", r"\d+ \w+ 20\d\d", r"\$\d+\.\d\d", r"mailto:", r"^### "]
    assert [kind for kind in kinds if not re.search(kind, text, re.MULTILINE)] == []
    assert any(read(path)[0].markets for path in PATHS)
    assert any(read(path)[0].valid_until for path in PATHS)


def test_two_articles_contradict_each_other_on_wallet_refunds() -> None:
    assert any("Refunds to the Marigold Wallet are immediate" in p for p in paragraphs("refunds"))
    assert any("Refunds to the Marigold Wallet arrive within 24 hours" in p for p in paragraphs("order-cancellation"))


def test_two_articles_say_nearly_the_same_of_damaged_parcels() -> None:
    (one,) = [p for p in paragraphs("shipping") if p.startswith("If your parcel arrives damaged")]
    (other,) = [p for p in paragraphs("buyer-protection") if p.startswith("If your parcel arrives damaged")]
    assert one != other
    assert SequenceMatcher(None, one, other).ratio() > 0.75


def test_one_section_holds_nothing_that_a_customer_would_ask() -> None:
    assert [path.stem for path in PATHS if "## Document history" in read(path)[1]] == ["payment-methods"]
