"""The sentences that a small model is shown: kb check tells what is wrong with them."""

from datetime import date

import pytest

from kb_pipeline.adapters.packs.files import inspect_packs, load_markets
from tests.conftest import ROOT

DAY = date(2025, 6, 1)
GOOD = '  - target: "ใช้ได้ {n} วัน"\n    sources: {{en: "It works for {n} days."}}\n'


def report_of(root, examples, tag="th-TH"):
    file = root / tag / "market.yaml"
    file.write_text(file.read_text("utf-8") + "sentence_examples:\n" + examples, "utf-8")
    return next(report for report in inspect_packs(root, DAY) if report.tag == tag)


def test_every_pack_shows_six_sentences_from_every_language_that_it_shows_any_from():
    for report in inspect_packs(ROOT / "locales", DAY):
        assert report.problems == ()
        assert "few-examples" not in {warning.code for warning in report.warnings}
    for market in load_markets(ROOT / "locales"):
        assert len(market.sentence_examples) == 6


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ('  - target: "ใช้ได้ 5 วัน"\n    sources: {en: "It works for 3 days."}\n', "facts-preserved"),
        ('  - target: "ใช้ได้ package ทุกวัน"\n    sources: {en: "It works every day."}\n', "foreign-word"),
        ('  - target: ""\n    sources: {en: "It works."}\n', "without a sentence"),
        ('  - target: "ใช้ได้"\n    sources: {}\n', "without a sentence"),
    ],
)
def test_an_example_that_the_packs_own_checks_refuse_is_a_problem_with_its_line(packs, example, said):
    report = report_of(packs, GOOD.format(n=3) + example)
    (problem, *_) = [p for p in report.problems if p.code == "bad-example"]
    assert said in problem.message
    line = (packs / "th-TH/market.yaml").read_text("utf-8").splitlines()[problem.line - 1]
    assert line.strip().startswith("- target")
    assert "ใช้ได้ 3 วัน" not in line


def test_too_few_examples_are_a_warning_and_none_are_no_fault(packs):
    report = next(report for report in inspect_packs(packs, DAY) if report.tag == "th-TH")
    assert (report.problems, report.warnings) == ((), ())
    report = report_of(packs, "".join(GOOD.format(n=n) for n in (3, 5)))
    assert (report.problems, [w.code for w in report.warnings if w.code == "few-examples"]) == ((), ["few-examples"])


def test_an_example_with_an_unknown_key_does_not_load(packs):
    report = report_of(packs, '  - target: "ใช้ได้"\n    source: "It works."\n')
    assert report.market is None
    assert {problem.code for problem in report.problems} == {"missing-key", "unknown-key"}
