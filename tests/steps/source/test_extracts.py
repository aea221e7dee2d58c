"""Which sentences of an article one FAQ answers with."""

import pytest

from kb_pipeline.steps.source.extracts import extracts
from kb_pipeline.steps.source.generation import plan_generation
from tests.factories import article, split


def answers(body, language="en", seen=()):
    written = article(body=body, language=language)
    _, chunks = split(written)
    return [extract.answer for task in plan_generation(written, chunks, seen) for extract in extracts(task)]


@pytest.mark.parametrize(
    ("body", "language", "expected"),
    [
        ("Lockers are free. Bring the code.", "en", ["Lockers are free.", "Bring the code."]),
        ("A locker opens once. It closes by itself.", "en", ["A locker opens once. It closes by itself."]),
        ("储物柜免费。它会自动关闭。请带上代码。", "zh-CN", ["储物柜免费。它会自动关闭。", "请带上代码。"]),
        ("1. Open the app.\n2. Tap **Lockers**.", "en", ["Open the app. Tap **Lockers**."]),
        ("Closed when:\n\n- the code is old\n- it is full", "en", ["Closed when:\n\n- the code is old\n- it is full"]),
        (
            "It depends on the size:\n\n| Size | Time |\n|---|---|\n| Small | 2 days |\n| Large | 1 day |",
            "en",
            ["It depends on the size:\n\n- Size: Small; Time: 2 days\n- Size: Large; Time: 1 day"],
        ),
    ],
)  # fmt: skip
def test_a_sentence_is_an_answer_with_what_it_needs(body, language, expected):
    assert answers(f"# Lockers\n\n{body}\n", language) == expected


def test_only_what_no_earlier_call_has_seen_is_asked_about():
    body = "# Lockers\n\nLockers are free. Bring the code.\n"
    _, chunks = split(article(body=body))
    first = chunks[0].sentences[0].hash
    assert answers(body, seen={first}) == ["Bring the code."]


def test_a_long_list_is_told_in_parts_each_with_the_line_that_leads_into_it():
    items = "\n".join(f"- the {n}th reason, told at length for all who ask" for n in range(4, 18))
    told = answers(f"# Lockers\n\nA locker stays closed when:\n\n{items}\n")
    assert len(told) == 2
    assert all(answer.startswith("A locker stays closed when:\n\n- the ") for answer in told)
    assert all(len(answer) <= 500 for answer in told)
    assert sum(answer.count("reason") for answer in told) == 14
