"""Nobody is asked to give a secret away; that nobody should, and what the customer is sent, may be said."""

import pytest

from kb_pipeline.domain.findings import Severity
from tests.steps.checks.subjects import found


@pytest.mark.parametrize(
    "answer",
    [
        "Give our agent your PIN.",
        "Read out the one-time code to us.",
        "E-mail us your pass\u200bword.",
        "Please t e l l us your passcode",
        "แจ้งรหัสผ่านกับแอดมิน",
        "ส่งรหัส OTP มาทางแชต",
        "ส่ ง รหัส OTP มาทางแชต",
        "请将您的密码发送给客服",
        "请提供您的验证码",
        "パスワードをお知らせください",
        "Senden Sie uns Ihr Passwort.",
    ],
)
def test_a_request_for_a_secret_is_critical(answer: str) -> None:
    assert [f.severity for f in found("secret-request", "Get a refund.", answer)] == [Severity.CRITICAL]


@pytest.mark.parametrize(
    "answer",
    [
        "Never tell anyone your password, not even our staff.",
        "We send a one-time code to your phone.",
        "Enter the code that we sent you.",
        "We tell you how to reset your password.",
        "Choose a password with eight characters.",
        "อย่าบอกรหัส OTP กับใคร แม้แต่เจ้าหน้าที่",
        "เราจะส่งรหัส OTP ไปยังโทรศัพท์ของคุณ",
        "กรอกรหัสผ่านแล้วแตะยืนยัน",
        "请勿将验证码告诉客服",
        "验证码会发送到您的手机",
        "パスワードを係員に教えないでください",
        "Teilen Sie uns niemals Ihr Passwort mit.",
    ],
)
def test_a_warning_and_what_the_customer_is_sent_are_no_request(answer: str) -> None:
    assert found("secret-request", "Get a refund.", answer) == []


def test_a_customer_may_ask_for_a_secret() -> None:
    assert found("secret-request", "x", "ได้", question="ขอรหัสผ่านจากพนักงานได้ไหม") == []
