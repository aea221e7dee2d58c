"""A lost sentence is found by the lengths of those that are there, in languages with full stops and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.checks.lost_sentence import lost_sentence

ENGLISH = (
    "Open the app and sign in with your phone number.",
    "Your parcel waits at the shop for seven days, and nobody else can collect it.",
    "Bring the code.",
    "After that, the courier takes it back to the warehouse, where we check it and return the money to your wallet.",
)
THAI = (
    "เปิดแอปแล้วลงชื่อเข้าใช้ด้วยหมายเลขโทรศัพท์ของคุณ",
    "พัสดุของคุณจะรออยู่ที่ร้านเจ็ดวัน และไม่มีใครอื่นรับแทนได้",
    "โปรดนำรหัสมาด้วย",
    "หลังจากนั้น พนักงานจะนำพัสดุกลับไปที่คลังสินค้าเพื่อให้เราตรวจสอบ แล้วคืนเงินเข้ากระเป๋าเงินของคุณ",
)
GERMAN = (
    "Öffnen Sie die App und melden Sie sich mit Ihrer Telefonnummer an.",
    "Ihr Paket wartet sieben Tage lang im Laden, und niemand sonst kann es abholen.",
    "Bringen Sie den Code mit.",
    "Danach bringt der Kurier es zurück ins Lager, wo wir es prüfen und das Geld in Ihre Geldbörse zurückzahlen.",
)
JAPANESE = (
    "アプリを開いて、電話番号でログインしてください。",
    "荷物は店舗で七日間お預かりし、ほかの方は受け取れません。",
    "コードをお持ちください。",
    "その後、配達員が荷物を倉庫に持ち帰り、確認のうえ、代金をお客様のウォレットに返金いたします。",
)
LANGUAGES = [("th", THAI, " ", 1.04), ("de", GERMAN, " ", 1.14), ("ja", JAPANESE, "", 0.55)]
SOURCE = " ".join(ENGLISH)


@pytest.mark.parametrize(("language", "sentences", "gap", "usual"), LANGUAGES)
def test_a_whole_translation_has_lost_nothing(language: str, sentences: tuple[str, ...], gap: str, usual: float) -> None:
    assert lost_sentence(SOURCE, gap.join(sentences), language, usual) is None


@pytest.mark.parametrize(
    ("language", "sentences", "gap", "usual", "lost"),
    [(*LANGUAGES[0], 0), (*LANGUAGES[0], 1), (*LANGUAGES[0], 3), (*LANGUAGES[1], 0), (*LANGUAGES[1], 3), (*LANGUAGES[2], 3)],
)
def test_a_lost_sentence_is_missed(language: str, sentences: tuple[str, ...], gap: str, usual: float, lost: int) -> None:
    assert lost_sentence(SOURCE, gap.join(sentence for n, sentence in enumerate(sentences) if n != lost), language, usual)


@pytest.mark.parametrize("lost", [0, 3])
def test_the_lost_sentence_is_named(lost: int) -> None:
    named = lost_sentence(SOURCE, " ".join(sentence for n, sentence in enumerate(THAI) if n != lost), "th", 1.04)
    assert named is not None
    assert ENGLISH[lost].startswith(named)


def test_the_more_doubt_the_more_must_be_missing() -> None:
    target = " ".join(THAI[1:])
    assert lost_sentence(SOURCE, target, "th", 1.04, doubt=1.0)
    assert lost_sentence(SOURCE, target, "th", 1.04, doubt=9.0) is None


def test_two_sentences_that_have_become_one_are_both_there() -> None:
    joined = f"{THAI[0]}และ{THAI[1]}".replace(" ", "")
    assert lost_sentence(" ".join((*ENGLISH[:2], ENGLISH[3])), f"{joined} {THAI[3]}", "th", 1.04) is None


def test_bold_words_and_links_say_which_sentence_is_there() -> None:
    source = "Select the button **Open** first. Then select the button Close."
    assert lost_sentence(source, "ให้เลือกปุ่ม **เปิด** ก่อน จากนั้นให้เลือกปุ่มปิด", "th", 1.04) is None
    assert lost_sentence(source, "จากนั้นให้เลือกปุ่มปิด", "th", 1.04) == "Select the button **Open** first"


@pytest.mark.parametrize(
    "text", ["", "One sentence.", "A. B. C.", "[link](https://a.co/x.Y). `Code. Code.`", "A sentence. " * 2000]
)
def test_labels_and_texts_without_end_are_not_judged(text: str) -> None:
    assert lost_sentence(text, "", "th", 1.04) is None


@given(
    st.lists(st.text("abcdefg ,*", min_size=20, max_size=60).map(str.strip), min_size=2, max_size=8),
    st.sampled_from(["en", "th"]),
)
def test_a_text_has_all_of_its_own_sentences(sentences: list[str], language: str) -> None:
    text = " ".join(f"X{sentence}." for sentence in sentences)
    assert lost_sentence(text, text, language, 1.0) is None


@given(st.text(), st.text())
def test_any_text_is_read(source: str, target: str) -> None:
    lost = lost_sentence(source, target, "th", 1.04)
    assert lost is None or lost
