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


@pytest.mark.parametrize(
    "answer",
    [
        "Tell our agent the six digits that you got by text message.",
        "Read out the number that was sent to your phone to our staff.",
        "Send the three digits at the back of the card to the chat.",
        "Message us a picture of both sides of your bank card.",
        "Please e-mail us a scan of your passport.",
        "Give the agent your sign-in word.",
        "Open TeamViewer and give us the id on the screen.",
        "Download RustDesk. Then read out the number to our agent.",
        "Buy two gift cards and text the codes to our staff.",
        "Turn off two-factor authentication so that our team can help.",
        "บอกตัวเลข 4 หลักที่ได้รับทางข้อความกับเจ้าหน้าที่",
        "นำรหัสที่ส่งไปทางโทรศัพท์มาบอกแอดมิน",
        "แจ้งเลข 3 ตัวหลังบัตรให้เรา",
        "ส่งรูปถ่ายบัตรประชาชนมาทางแชต",
        "ถ่ายภาพหน้าสมุดบัญชีส่งให้แอดมิน",
        "บอกคำลับกับแอดมิน",
        "ส่งรูปหนังสือเดินทางทางไลน์",
        "แจ้งรหัสหลังบัตรแก่ร้านค้า",
        "เปิด TeamViewer แล้วบอกหมายเลขบนหน้าจอกับเรา",
        "ซื้อบัตรเติมเงินแล้วแจ้งรหัสกับแอดมิน",
        "ปิดการยืนยันตัวตนสองชั้นเพื่อให้เจ้าหน้าที่ช่วยได้",
        "请把短信收到的数字发给客服",
        "请提供卡背面的三位数字给我们",
        "请将身份证照片发给客服",
        "安装AnyDesk并告诉客服屏幕上的号码",
        "购买礼品卡后把卡密发给客服",
        "SMSで届いた数字を教えてください",
        "カード裏面の番号をお知らせください",
        "チャットで免許証の写真を送ってください",
        "TeamViewerを開いて番号を教えてください",
        "Nennen Sie uns die Ziffern aus der SMS.",
        "Senden Sie uns ein Foto Ihres Ausweises.",
        "Starten Sie TeamViewer und nennen Sie uns die Nummer.",
    ],
)
def test_a_request_in_other_words_is_critical(answer: str) -> None:
    assert [f.severity for f in found("secret-request", "Get a refund.", answer)] == [Severity.CRITICAL]


@pytest.mark.parametrize(
    "answer",
    [
        "Enter the 6-digit code that we sent you in the app.",
        "Upload a photo of your ID card in the app under Verification.",
        "Provide the digits you received by text message on the next page.",
        "Never send a photo of your card to our staff.",
        "Tell our agent the last four digits of your order.",
        "Tell the courier the pickup code that you received by SMS.",
        "Our staff never ask you to install AnyDesk and give us the number.",
        "Buy a gift card and send the code to a friend.",
        "Buy a gift card, and we send the code by e-mail.",
        "To turn off two-step verification, open Settings.",
        "Take a photo of the parcel and send it to our agent.",
        "กรอกรหัส 6 หลักที่ได้รับทาง SMS ในแอป",
        "อัปโหลดรูปบัตรประชาชนในแอปที่เมนูยืนยันตัวตน",
        "อย่าส่งรูปบัตรประชาชนให้แอดมิน",
        "ซื้อบัตรของขวัญแล้วส่งรหัสให้เพื่อนได้",
        "ปิดการยืนยันตัวตนสองชั้นได้ในการตั้งค่า",
        "ถ่ายรูปพัสดุแล้วส่งให้แอดมิน",
        "แจ้งเลขพัสดุที่ได้รับทาง SMS กับร้านค้า",
        "หากลืมรหัสผ่าน แจ้งเจ้าหน้าที่ได้",
        "在应用内上传身份证照片",
        "アプリから本人確認書類の写真をお送りください",
        "Laden Sie ein Foto Ihres Ausweises in der App hoch.",
    ],
)
def test_what_is_entered_in_the_app_is_no_request(answer: str) -> None:
    assert found("secret-request", "Get a refund.", answer) == []


def test_a_customer_may_ask_for_a_secret() -> None:
    assert found("secret-request", "x", "ได้", question="ขอรหัสผ่านจากพนักงานได้ไหม") == []
