"""Packs on disk become markets, or problems that name file, line and remedy."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from kb_pipeline.adapters.packs.files import (
    check_packs,
    inspect_packs,
    load_market,
    load_markets,
    market_tags,
    pack_fingerprint,
)
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.errors import PackError, UnknownMarketError
from tests.adapters.packs.conftest import TABLES

DAY = date(2025, 12, 1)  # inside what the facts of the sample hold


def test_a_pack_becomes_a_market(packs: Path) -> None:
    market = load_market(packs, "th-TH")
    assert (market.tag, market.language, market.conventions.currency) == ("th-TH", "th", "THB")
    assert market.limits.question == 90
    assert market.limits.answer == 600  # what the pack does not say keeps its default
    assert market.terms[1].status is TermStatus.FORBIDDEN
    assert market.ui_strings[0].target == "ฉัน"
    assert market.facts[0].valid_from == date(2025, 2, 10)
    assert market.facts[1].value == "฿10,000"
    assert market.facts[1].valid_until is None
    assert market.examples == (("Q?", "A.", "ถามไหม", "ตอบ"),)
    assert (market.clauses[0].any_of, market.clauses[0].source) == (("right of withdrawal", "สิทธิ"), "LAW-1")
    assert (market.unavailable[0].name, market.conventions.tone.avoid) == ("same-day delivery", ("du",))
    assert market.style.startswith("# Style")


def test_all_packs_load_in_the_order_of_their_tags(packs: Path) -> None:
    (packs / ".git").mkdir()
    (packs / "README.md").write_text("no pack")
    assert market_tags(packs) == ("en-US", "th-TH")
    assert [market.tag for market in load_markets(packs)] == ["en-US", "th-TH"]
    assert check_packs(packs, DAY) == ()


def test_a_new_market_is_a_folder_and_no_code(packs: Path) -> None:
    shutil.copytree(packs / "en-US", packs / "es-MX")
    text = (packs / "es-MX" / "market.yaml").read_text("utf-8")
    (packs / "es-MX" / "market.yaml").write_text(text.replace("en-US", "es-MX").replace("USD", "MXN"), "utf-8")
    assert load_market(packs, "es-MX").conventions.currency == "MXN"


def test_the_fingerprint_follows_every_file_and_nothing_else(packs: Path) -> None:
    before = load_market(packs, "th-TH").fingerprint
    assert len(before) == 16
    assert before == load_market(packs, "th-TH").fingerprint == pack_fingerprint(packs / "th-TH")
    (packs / "th-TH" / "termbase.csv~").write_text("an editor's backup")
    assert load_market(packs, "th-TH").fingerprint == before
    for name in ("market.yaml", *TABLES):
        path = packs / "th-TH" / name
        path.write_bytes(path.read_bytes() + b"\n")
        after = load_market(packs, "th-TH").fingerprint
        assert after != before, name
        before = after


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(packs: Path) -> None:
    path = packs / "th-TH" / "termbase.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_market(packs, "th-TH").terms[0].target == "พัสดุ"


def test_an_unknown_market_is_told_with_the_known_ones(packs: Path) -> None:
    with pytest.raises(UnknownMarketError, match="no locale pack for 'vi-VN'") as caught:
        load_market(packs, "vi-VN")
    assert "en-US, th-TH" in caught.value.remedy
    assert "kb market add vi-VN" in caught.value.remedy


def test_no_folder_of_packs_is_told_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no folder of market packs") as caught:
        check_packs(tmp_path / "nowhere")
    assert "KB_LOCALES_DIR" in caught.value.remedy


BROKEN_YAML = [
    ("tag: th-TH", "tag: qq-TH", 1, "unknown-tag"),
    ("tag: th-TH", "tag: th_TH", 1, "unknown-tag"),
    ("tag: th-TH", "tag: th", 1, "tag-mismatch"),
    ("name: Somewhere\n", "", 1, "missing-key"),
    ("name: Somewhere", "name: Somewhere\nname: Elsewhere", 3, "duplicate-key"),
    ("name: Somewhere", "nmae: Somewhere", 2, "unknown-key"),
    ("  scripts:", "  skripts:", 9, "unknown-key"),
    ("fallback: []", "fallback: [en-US, xx-XX]", 4, "unknown-fallback"),
    ("fallback: []", "fallback: [th-TH]", 4, "unknown-fallback"),
    ("question: 90", "question: many", 6, "bad-value"),
    ("  currency: THB\n", "", 7, "missing-key"),
    ("currency: THB", "currency: BAHT", 8, "unknown-currency"),
    ("    - Thai", "    - Latn\n    - Thay", 11, "unknown-script"),
    ("colour: color", "colour: yes", 12, "bad-value"),  # YAML's yes is no text
    ("    target: {question: ถามไหม, answer: ตอบ}", "    target: {question: ถามไหม}", 17, "missing-key"),
    ("avoid: [du]", "avoid: ['']", 14, "empty-value"),  # would be met everywhere
    ("avoid: [du]", "particle_use: always", 13, "empty-value"),
    ("avoid: [du]", "particle_use: sometimes", 14, "bad-value"),
    ("any_of: [right of withdrawal, สิทธิ]", "any_of: []", 20, "empty-value"),
    ("any_of: [right of withdrawal, สิทธิ]", "any_of: [สิทธิ]", 21, "unmet-clause"),
    ("when: [return]", "when: [return, ' ']", 22, "empty-value"),
    ("    source: LAW-1\n", "", 19, "missing-key"),
    ("source: LAW-1", "source: ''", 23, "empty-value"),
    ("words: [same-day]", "words: []", 26, "empty-value"),
    ("words: [same-day]", "words: [same-day, '']", 26, "empty-value"),
    ("conventions:", "conventions: [", 9, "malformed-yaml"),
    ("name: Somewhere", "name: Some\x07where", 2, "malformed-yaml"),
]


@pytest.mark.parametrize(("was", "becomes", "line", "code"), BROKEN_YAML)
def test_a_broken_market_file_names_the_line(packs: Path, was: str, becomes: str, line: int, code: str) -> None:
    path = packs / "th-TH" / "market.yaml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    assert (str(path), line, code) in {(p.path, p.line, p.code) for p in check_packs(packs, DAY)}


BROKEN_TABLES = [
    ("termbase.csv", "status,note", "standing,note", 1, "wrong-header"),
    ("termbase.csv", "พัสดุ,preferred", "พัสดุ,prefered", 2, "unknown-status"),
    ("termbase.csv", "parcel,พัสดุ", "parcel,", 2, "empty-cell"),
    ("termbase.csv", "parcel,พัสดุ", ",พัสดุ", 2, "empty-cell"),
    ("termbase.csv", "parcel,ห่อของ", ",ครับ", 3, None),  # forbidden whatever the source says
    ("termbase.csv", "parcel,ห่อของ", "parcel,พัสดุ", 3, "contradictory-term"),
    ("termbase.csv", "Casual,en\n", "Casual,en\nParcel,พัสดุ,preferred,again,en\n", 4, "duplicate-row"),
    ("termbase.csv", "Casual", "Casual, and long", 3, "wrong-cells"),
    ("termbase.csv", "Casual", '"Casual\nand long"', 3, None),  # one row on two lines is legal
    ("termbase.csv", "Casual,en\n", '"Casual\nlong",en\norder,,preferred,,en\n', 5, "empty-cell"),
    ("termbase.csv", "Casual", '"Casual', 3, "malformed-csv"),
    ("ui_strings.csv", "nav.orders", "nav.me", 3, "duplicate-row"),
    ("ui_strings.csv", ",คำสั่งซื้อ", "", 3, "wrong-cells"),
    ("facts.csv", "2025-02-10", "10/02/2025", 2, "bad-date"),
    ("facts.csv", "2025-02-10", "2568-02-30", 2, "bad-date"),
    ("facts.csv", "2025-12-31", "2025-01-31", 2, "bad-date"),
    ("facts.csv", "TH-1\n", "TH-1\nfee,$4.99,฿60,2025-12-31,,TH-9\n", 3, "duplicate-row"),
    ("facts.csv", "TH-1\n", "TH-1\nfee,$4.99,฿60,2026-01-01,,TH-9\n", 3, None),  # the next price
    ("facts.csv", "$300", "", 3, None),  # true in this market alone
    ("facts.csv", "TH-1", "", 2, "empty-cell"),
]


@pytest.mark.parametrize(("name", "was", "becomes", "line", "code"), BROKEN_TABLES)
def test_a_broken_table_names_the_line(packs: Path, name: str, was: str, becomes: str, line: int, code: str | None) -> None:
    path = packs / "th-TH" / name
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    found = [(p.path, p.line, p.code) for p in check_packs(packs, DAY)]
    assert found == ([(str(path), line, code)] if code else [])


EXPIRIES = [
    (date(2025, 12, 31), "", None),  # the last day
    (date(2026, 1, 1), "", 2),
    (date(2026, 1, 1), "fee,$4.99,฿60,2026-01-01,2026-06-30,TH-9\n", None),
    (date(2026, 1, 1), "fee,$4.99,฿60,2026-03-01,,TH-9\n", None),  # the next price is known
    (date(2026, 7, 1), "fee,$4.99,฿60,2026-01-01,2026-06-30,TH-9\n", 4),  # told once, where it ended last
]


@pytest.mark.parametrize(("day", "more", "line"), EXPIRIES)
def test_a_fact_that_has_run_out_is_a_problem_on_the_day_after(packs: Path, day: date, more: str, line: int | None) -> None:
    path = packs / "th-TH" / "facts.csv"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    (packs / "en-US" / "facts.csv").write_text("key,source_value,value,valid_from,valid_until,source\n")
    found = [(p.path, p.line, p.code) for p in check_packs(packs, day)]
    assert found == ([(str(path), line, "expired-fact")] if line else [])


@pytest.mark.parametrize(
    ("fallback", "remedy"),
    [
        ("EN-us", "did you mean en-US? use another pack: en-US"),
        ("en", "did you mean en-US? use another pack: en-US"),
        ("vi-VN", "use another pack: en-US"),
        ("th-TH", "use another pack: en-US"),  # its own
    ],
)
def test_a_fallback_that_is_none_is_a_problem_and_only_what_is_there_and_near_is_named(
    packs: Path, fallback: str, remedy: str
) -> None:
    path = packs / "th-TH" / "market.yaml"
    text = re.sub(r"^fallback:.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text(f"{text}fallback: [{fallback}]\n", "utf-8")
    (problem,) = check_packs(packs, DAY)
    assert (problem.code, problem.message, problem.remedy) == ("unknown-fallback", f"no fallback pack '{fallback}'", remedy)


@pytest.mark.parametrize(
    ("rows", "day", "told"),
    [
        ("", DAY, "facts.csv has no row: what the source says of amounts, periods and hours is said in"),
        ("\n\n", DAY, "facts.csv has no row"),
        ("fee,$4.99,฿60,2026-03-01,,TH-9\n", DAY, f"facts.csv has no row that holds on {DAY}"),
        ("fee,$4.99,฿60,,,TH-9\n", DAY, None),
        ("fee,$4.99,฿60,,2020-01-01,TH-9\n", DAY, None),  # a problem, see above
    ],
)
def test_a_market_without_a_fact_is_told_and_is_no_problem(packs: Path, rows: str, day: date, told: str | None) -> None:
    path = packs / "th-TH" / "facts.csv"
    path.write_text(f"key,source_value,value,valid_from,valid_until,source\n{rows}", "utf-8")
    report = next(report for report in inspect_packs(packs, day) if report.tag == "th-TH")
    assert report.market is not None
    assert [(w.path, w.line, w.code) for w in report.warnings] == ([(str(path), 1, "no-fact")] if told else [])
    assert all(warning.message.startswith(told or "") and warning.remedy for warning in report.warnings)


def test_a_fact_that_has_run_out_stops_no_service(packs: Path) -> None:
    after = date(2030, 1, 1)
    for report in inspect_packs(packs, after):
        assert [problem.code for problem in report.problems] == ["expired-fact"]
        assert report.market == load_market(packs, report.tag)


@pytest.mark.parametrize("name", ["market.yaml", *TABLES])
def test_a_missing_file_is_a_problem(packs: Path, name: str) -> None:
    (packs / "th-TH" / name).unlink()
    (problem,) = check_packs(packs, DAY)
    assert (problem.path, problem.code) == (str(packs / "th-TH" / name), "missing-file")


@pytest.mark.parametrize("name", ["market.yaml", *TABLES])
def test_another_encoding_is_a_problem_at_its_line(packs: Path, name: str) -> None:
    path = packs / "th-TH" / name
    lines = path.read_text("utf-8").count("\n")
    path.write_bytes(path.read_bytes() + "พัสดุ\n".encode("tis-620"))
    (problem,) = check_packs(packs, DAY)
    assert (problem.path, problem.line, problem.code) == (str(path), lines + 1, "not-utf8")


@pytest.mark.parametrize(("name", "code"), [("market.yaml", "bad-value"), ("facts.csv", "wrong-header")])
def test_an_empty_file_is_a_problem(packs: Path, name: str, code: str) -> None:
    (packs / "th-TH" / name).write_text("")
    (problem,) = check_packs(packs, DAY)
    assert (problem.line, problem.code) == (1, code)


def test_loading_a_broken_pack_says_place_and_remedy_and_spares_the_others(packs: Path) -> None:
    path = packs / "th-TH" / "termbase.csv"
    path.write_text(path.read_text("utf-8").replace("preferred", "liked"), "utf-8")
    with pytest.raises(PackError) as caught:
        load_market(packs, "th-TH")
    assert caught.value.message == f"{path}:2: 'status' cannot be 'liked'"
    assert "preferred, admitted, forbidden, do_not_translate" in caught.value.remedy
    with pytest.raises(PackError):
        load_markets(packs)
    assert load_market(packs, "en-US").tag == "en-US"


def test_every_problem_has_a_remedy_and_reads_as_one_line(packs: Path) -> None:
    (packs / "th-TH" / "facts.csv").write_text("key\n")
    (packs / "en-US" / "market.yaml").write_text("tag: th-TH\n")
    problems = check_packs(packs, DAY)
    assert {p.path for p in problems} == {str(packs / "th-TH" / "facts.csv"), str(packs / "en-US" / "market.yaml")}
    assert all(p.remedy and str(p).startswith(f"{p.path}:{p.line}: ") for p in problems)


def test_golden_queries_are_optional_and_no_part_of_the_fingerprint(packs: Path) -> None:
    before = load_market(packs, "th-TH")
    (packs / "th-TH" / "golden.csv").write_text("query,article_id\nส่งคืนได้ภายในกี่วัน,returns\n", "utf-8")
    after = load_market(packs, "th-TH")
    assert (before.golden, [(g.query, g.article_id) for g in after.golden]) == ((), [("ส่งคืนได้ภายในกี่วัน", "returns")])
    assert after.fingerprint == before.fingerprint == pack_fingerprint(packs / "th-TH")


def test_a_golden_query_that_is_there_twice_or_names_no_article_is_a_problem(packs: Path) -> None:
    rows = "query,article_id\nHow long?,returns\nhow  long?,refunds\nWhere?,\n"
    (packs / "en-US" / "golden.csv").write_text(rows, "utf-8")
    assert [(p.line, p.code) for p in check_packs(packs, DAY)] == [(4, "empty-cell"), (3, "duplicate-row")]
