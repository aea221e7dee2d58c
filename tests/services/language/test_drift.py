"""Nearness in meaning, by the real embedder and the real packs: what is translated is near, what is another text is far."""

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.services.language.drift import FEWEST, Drift
from kb_pipeline.settings import Settings
from kb_pipeline.steps.checks.meaning import DRIFTED, NEAR
from tests.conftest import ROOT

REFUND = {
    "en": ("How long does a refund take?", "We send the money back to your card within 7 business days."),
    "zh-CN": ("退款需要多长时间？", "我们会在7个工作日内将款项退回您的银行卡。"),
    "th-TH": ("คืนเงินใช้เวลานานเท่าไร", "เราจะคืนเงินเข้าบัตรของคุณภายใน 7 วันทำการ"),
    "ja-JP": ("返金には何日かかりますか。", "7営業日以内にお客様のカードへ返金します。"),
    "de-DE": ("Wie lange dauert eine Erstattung?", "Wir erstatten den Betrag innerhalb von 7 Werktagen auf Ihre Karte."),
}
PASSWORD = {
    "th-TH": ("ลืมรหัสผ่านต้องทำอย่างไร", "แตะลิงก์ใต้ช่องรหัสผ่าน แล้วตั้งรหัสผ่านใหม่"),
    "ja-JP": ("パスワードを忘れたらどうすればよいですか。", "パスワード欄の下のリンクから再設定してください。"),
    "de-DE": (
        "Was tue ich, wenn ich mein Passwort vergessen habe?",
        "Tippen Sie unter dem Feld auf den Link und wählen Sie ein neues.",
    ),
}


def text(said):
    return FaqText(question=said[0], answer=said[1])


@pytest.fixture(scope="module")
def shared():
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, InProcessVectors(), 2)


@pytest.mark.parametrize("source", ["en", "zh-CN"])
@pytest.mark.parametrize("market", PASSWORD)
def test_a_translation_is_near_and_another_text_is_far(shared, market, source):
    drift = Drift(shared, load_market(ROOT / "locales", market))
    right = drift.similarity(text(REFUND[source]), text(REFUND[market]), source)
    wrong = drift.similarity(text(REFUND[source]), text(PASSWORD[market]), source)
    assert wrong < right - 0.2
    assert right >= DRIFTED
    assert wrong < (DRIFTED if market == "th-TH" else NEAR), "the threshold is measured between English and Thai"


def test_nothing_is_measured_within_one_language(shared, american):
    assert Drift(shared, american).similarity(text(REFUND["en"]), text(REFUND["en"]), "en-GB") is None


@pytest.mark.parametrize(("source", "language"), [("Track your parcel", "en"), ("追踪包裹", "zh-CN")])
def test_a_label_is_too_short_to_be_measured(shared, thai, source, language):
    assert Drift(shared, thai).similarity(text(("", source)), text(("", "ติดตามพัสดุ")), language) is None


def test_nothing_is_measured_without_enough_live_labels(shared, thai):
    def with_labels(count):
        labels = [label for label in thai.ui_strings if label.source_lang == "en"][:count]
        return Drift(shared, thai.model_copy(update={"ui_strings": tuple(labels)}))

    pair = text(REFUND["en"]), text(REFUND["th-TH"]), "en"
    assert with_labels(FEWEST - 1).similarity(*pair) is None
    assert with_labels(FEWEST).similarity(*pair) is not None
    assert Drift(shared, thai).similarity(text(REFUND["de-DE"]), text(REFUND["th-TH"]), "de") is None, "no German labels"
