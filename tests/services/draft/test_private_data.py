"""Secrets and personal data of an article reach no model, no entry and no store; what a market publishes does."""

import json
from pathlib import Path

import pytest

from kb_pipeline.adapters.source.files import SourceFiles
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.articles import Quarantined
from kb_pipeline.domain.calls import ModelRequest
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.privacy import DataKind, Handling, PrivacyPolicy
from kb_pipeline.ports.models import Embedder
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path, store: SqlStore, embedder: Embedder, thai: Market) -> Story:
    return Story(tmp_path, store, embedder, (thai,))


KEY = "AKIA" + "Z7Q2M4X6P5LKJH3W"


def _sent(story: Story) -> str:
    return json.dumps([[m.content for m in request.messages] for request in story.llm.requests], ensure_ascii=False)


def _article(*lines: str) -> str:
    return "---\ntitle: Contact\n---\n" + "\n\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("Call Ann at 081-234-5678 before noon.", "081-234-5678"),
        ("โทรหาสมชายที่๐๘๑–๒๓๔–๕๖๗๘ก่อนเที่ยง", "๐๘๑–๒๓๔–๕๖๗๘"),
        ("Her id is **1-1017**\u201100230-70-8 today.", "00230-70-8"),
        ("เลขบัตรประชาชน１１０１７００２３０７０８ของลูกค้า", "１１０１７００２３０７０８"),
        ("He paid with 4111&nbsp;1111&nbsp;1111&nbsp;1111 last week.", "1111"),
        ("Write to ann\\_lee@shop-mail.co.th for help.", "lee@shop"),
        ("Transfer to GB82 WEST 1234 5698 7654 32 today.", "5698"),
    ],
)
def test_personal_data_is_masked_before_any_call(story: Story, line: str, data: str) -> None:
    story.write("en/contact.md", _article("Ask the team first.", line))
    report = story.run()
    assert report.articles == 2
    assert data not in _sent(story)
    assert "⟦" in _sent(story)
    assert data not in "".join(a.body for a in story.store.articles())
    assert {w.path for w in report.warnings} == {"en/contact.md"}
    assert data not in report.model_dump_json()


def _table(head: str, *rows: str) -> str:
    return "\n".join((head, "| --- " * (head.count("|") - 1) + "|", *rows))


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (_table("| User | Password |", "| admin | Zx9!kkpQ |"), "holds-password"),
        (_table("| ผู้ใช้ | รหัสผ่าน |", "| admin | Zx9!kkpQ |"), "holds-password"),
        (_table("| Field | Value |", "| Password | Zx9!kkpQ |"), "holds-password"),
        (_table("| Safe | PIN |", "| Till | 4829 |"), "holds-password"),
        (_table("| Service | API key |", "| Mail | 9f86d081884c7d659a2feaa0c55ad015 |"), "holds-api-key"),
    ],
)
def test_a_secret_in_a_table_holds_its_article(story: Story, table: str, code: str) -> None:
    story.write("en/contact.md", _article("Ask the team first.", table))
    report = story.run()
    assert [(q.path, q.code, q.line) for q in report.quarantined] == [("en/contact.md", code, 8)]
    assert "Ask the team" not in _sent(story)


@pytest.mark.parametrize(
    ("lines", "masked"),
    [
        (_table("| Name | ID card |", "| Ann | 1101700123456 |"), "| Ann | ⟦national-id⟧ |"),
        (_table("| ชื่อ | บัตรประชาชน |", "| สมชาย | **1101700123456** |"), "| สมชาย | **⟦national-id⟧** |"),
        ("## ID card\n\n1101700123456", "## ID card\n\n⟦national-id⟧"),
        ("Ann's national ID is 1101700\n123456 today.", "Ann's national ID is ⟦national-id⟧ today."),
        ("Ann's national ID\n1101700123456 is new.", "Ann's national ID\n⟦national-id⟧ is new."),
    ],
)
def test_what_only_the_sentence_shows_is_masked_in_its_place(story: Story, lines: str, masked: str) -> None:
    story.write("en/contact.md", _article("Ask the team first.", lines))
    bodies = [item.body for item in _read(story, PrivacyPolicy()).read() if item.path == "en/contact.md"]
    assert [masked in body for body in bodies] == [True]


@pytest.mark.parametrize(
    "table",
    [
        _table("| Field | Password |", "| Length | 8-16 characters |"),
        _table("| Setting | Meaning |", "| Password | Must have 8 characters |", "| PIN | Required |"),
        _table("| Task | Shortcut |", "| Reset password | Ctrl+Shift+P2 |"),
        _table("| Column | Type |", "| password | varchar(255) |"),
        "## Reset your password\n\nTap Reset. Windows10 users restart.",
    ],
)
def test_a_table_about_passwords_holds_none(story: Story, table: str) -> None:
    story.write("en/contact.md", _article("Ask the team first.", table))
    reader = _read(story, PrivacyPolicy())
    assert [item.path for item in reader.read() if isinstance(item, Quarantined)] == []
    assert reader.notices == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"Use the key {KEY} in the app.", "holds-api-key"),
        ("ใช้รหัสผ่าน: Somchai#2024 เพื่อเข้าระบบ", "holds-password"),
        ("密码：Xy7!mk29 请登录", "holds-password"),
        ("Connect with postgres://kb:h4rdT0guess@db.internal/kb now.", "holds-password"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "holds-private-key"),
    ],
)
def test_a_secret_holds_its_article_with_place_and_remedy(story: Story, line: str, code: str) -> None:
    story.write("en/contact.md", _article("Ask the team first.", line))
    report = story.run()
    assert [(q.path, q.code, q.line) for q in report.quarantined] == [("en/contact.md", code, 6)]
    assert "KB_PRIVATE_DATA" in report.quarantined[0].remedy
    assert "Ask the team" not in _sent(story)


def test_an_entry_with_a_mark_asks_what_to_do(story: Story) -> None:
    story.write("en/contact.md", _article("Call us at 02-123-4567 any time."))

    def copies_the_mark(request: ModelRequest) -> dict[str, object]:
        return {"question": "ติดต่อได้อย่างไร?", "answer": "โทร ⟦phone⟧ ได้ทุกเวลา", "phrasings": []}

    story.llm.script |= {"localize_faq": copies_the_mark, "repair_faq": copies_the_mark}
    story.run()
    found = [f for c in story.store.changes("th-TH") for f in c.findings if f.rule == "personal-data"]
    assert {f.severity for f in found} == {Severity.CRITICAL}
    assert "facts.csv" in found[0].message


def _read(story: Story, privacy: PrivacyPolicy) -> SourceFiles:
    return SourceFiles(story.source, languages=("en",), max_bytes=100_000, privacy=privacy)


def test_what_a_market_publishes_stays(story: Story) -> None:
    story.write("en/contact.md", _article("Call us at +66 2 123 4567, or Ann at 081-234-5678."))
    reader = _read(story, PrivacyPolicy(public=frozenset({"021234567"})))
    bodies = [item.body for item in reader.read() if item.path == "en/contact.md"]
    assert bodies == ["Call us at +66 2 123 4567, or Ann at ⟦phone⟧.\n"]


def test_each_kind_has_its_handling(story: Story) -> None:
    story.write("en/contact.md", _article(f"Call 081-234-5678 with {KEY}."))
    policy = PrivacyPolicy(handling={DataKind.API_KEY: Handling.MASK, DataKind.PHONE: Handling.ALLOW})
    bodies = [item.body for item in _read(story, policy).read() if item.path == "en/contact.md"]
    assert bodies == ["Call 081-234-5678 with ⟦api-key⟧.\n"]
    policy = PrivacyPolicy(handling={DataKind.PHONE: Handling.HOLD, DataKind.API_KEY: Handling.ALLOW})
    (held,) = [item for item in _read(story, policy).read() if item.path == "en/contact.md"]
    assert held.code == "holds-phone"


def test_what_an_earlier_version_let_in_is_masked_by_the_next_run(story: Story) -> None:
    story.write("en/contact.md", _article("Call Ann at 081-234-5678 before noon."))
    everything = dict.fromkeys(DataKind, Handling.ALLOW)
    before = story.pipeline()
    object.__setattr__(before, "reader", _read(story, PrivacyPolicy(handling=everything)))
    before.read_articles()
    story.run()
    assert "081-234-5678" not in _sent(story)
    assert all("081-234-5678" not in s.claim for s in story.store.sentences("en/contact"))


def test_an_article_without_such_data_is_the_same_to_the_byte(story: Story) -> None:
    allowed = _read(story, PrivacyPolicy(handling=dict.fromkeys(DataKind, Handling.ALLOW)))
    assert list(_read(story, PrivacyPolicy()).read()) == list(allowed.read())
