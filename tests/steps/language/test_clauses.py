"""A sentence is cut where another thing may begin to be spoken of."""

import pytest

from kb_pipeline.steps.language.clauses import clause_around, statements


@pytest.mark.parametrize(
    ("language", "sentence", "parts"),
    [
        ("en", "It is slow, but it is free.", ["It is slow, ", "but it is free."]),
        ("en", "Pay by card and get it, or in cash.", ["Pay by card and get it, or in cash."]),
        ("en", "Sands, Andersen and 2,000 others", ["Sands, Andersen and 2,000 others"]),
        ("zh-CN", "配送很慢，但包装收费。", ["配送很慢，", "但包装收费。"]),
        ("th", "ส่งช้า, แต่ฟรี", ["ส่งช้า, ", "แต่ฟรี"]),
        ("fr", "C'est lent, mais gratuit.", ["C'est lent, mais gratuit."]),
    ],
)
def test_a_comma_and_a_word_that_joins_begin_another_statement(language, sentence, parts):
    assert [sentence[start:end] for start, end in statements(sentence, language)] == parts


@pytest.mark.parametrize(
    ("language", "statement", "value", "clause"),
    [
        ("en", "Standard: $4.99, express: $9.99", "$9.99", " express: $9.99"),
        ("en", "It costs $2,000 and takes 3 days", "$2,000", "It costs $2,000 "),
        ("en", "Up to 9 (or $5) - wrapping $2", "$5", "Up to 9 (or $5)"),
        ("en", "A sandy land of $5", "$5", "A sandy land of $5"),
        ("zh-CN", "运费为 $5，包装费为 $2。", "$2", "包装费为 $2"),
        ("th", "ค่าส่ง ฿50 และค่าห่อ ฿20", "฿20", "ค่าห่อ ฿20"),
    ],
)
def test_a_clause_ends_at_its_marks_and_before_words_that_join(language, statement, value, clause):
    at = statement.index(value)
    start, end = clause_around(statement, at, at + len(value), language)
    assert statement[start:end] == clause
