"""What a person gets wrong in a hurry: each such edit is found when it is saved, and the same edit without the slip is not."""

import csv
from pathlib import Path

import pytest

from kb_pipeline.domain.changes import RiskTier
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity

STANDING = {"th-TH": ("ร้านอยู่ที่ไหน", "ร้านอยู่ที่กรุงเทพ"), "en-US": ("Where is the shop?", "The shop is in Boston.")}
with (Path(__file__).parent / "slips.csv").open(encoding="utf-8", newline="") as file:
    SLIPS = list(csv.DictReader(file))
EACH = pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip['market']}-{slip['rule']}")


def faq(pair):
    return FaqText(question=pair[0], answer=pair[1])


@pytest.fixture
def judged(desk):
    def judge(slip, answer):
        tag, source = slip["market"], (slip["source_question"], slip["source_answer"])
        if not desk.store.changes(tag, ()):
            standing = desk.propose(tag, faq(STANDING[tag]), source=faq(STANDING["en-US"]), cited=STANDING["en-US"][1])
            desk.reviewer().approve(standing.id, override=True, comment="test")
        change = desk.propose(tag, faq((slip["question"], slip["answer"])), source=faq(source), cited=source[1])
        return desk.assessor.assess(change, faq((slip["question"], answer)))

    return judge


@EACH
def test_a_slip_is_found_and_the_edit_without_it_has_no_critical_finding(judged, slip):
    assert slip["rule"] in {finding.rule for finding in judged(slip, slip["hurried"]).findings}
    fine = judged(slip, slip["right"])
    assert not [finding for finding in fine.findings if finding.severity is Severity.CRITICAL]


@EACH
def test_an_amount_a_no_and_another_answer_take_two_people(judged, slip):
    """What is left out may be meant: it is found, and one person decides."""
    risk = RiskTier.HIGH if slip["people"] == "2" else RiskTier.LOW
    assert judged(slip, slip["hurried"]).risk is risk
