"""Whether two texts say opposite things: negations, yes and no, pairs of opposites. Knows words, not meanings. No I/O."""

import re
from functools import cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.facts.numbers import primary
from kb_pipeline.steps.lexical import stem, stems

# Words that turn a statement into its opposite. In Thai and Chinese they are looked for after questions' own "or not".
_NEGATION = {
    "en": re.compile(r"\b(?:not|never|cannot|no|nor|neither|without|unable|[a-z]+n['’]t)\b", re.IGNORECASE),
    "th": re.compile("ไม่|ห้าม|มิได้|มิให้|งดเว้น"),
    "zh": re.compile("不|没|無|无|禁止|未|勿|别"),
    "ja": re.compile("ない|ません|禁止|不可"),
    "de": re.compile(r"\b(?:nicht|kein\w*|nie|niemals|ohne)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|ningún\w*|jamás|sin)\b", re.IGNORECASE),
    "id": re.compile(r"\b(?:tidak|bukan|jangan|tanpa|belum)\b", re.IGNORECASE),
}
_NO_NEGATION = re.compile(
    "(?:ใช่|ได้)?หรือไม่(?:ได้)?|ไม่ว่า|ไม่เกิน|ไม่น้อยกว่า|(.)不\\1|有没有|不客气|不超过|no later than|not only", re.IGNORECASE
)
_VERDICT = {
    "en": (re.compile(r"yes\b", re.IGNORECASE), re.compile(r"no\b|not\b", re.IGNORECASE)),
    "th": (re.compile("ได้|ใช่|มี"), re.compile("ไม่")),
    "zh": (re.compile("可以|能|是|会|有"), re.compile("不|没|否")),
}
_OPPOSITES = {
    "en": (
        "buyer/seller before/after cancel/confirm enable/disable increase/decrease minimum/maximum add/remove open/close "
        "accept/reject accept/decline activate/deactivate lock/unlock "
        "send/receive upload/download online/offline install/uninstall "
        "domestic/international deposit/withdraw import/export start/stop approve/reject subscribe/unsubscribe block/unblock "
        "credit/debit sender/recipient borrower/lender customer/merchant pickup/delivery"
    ),
    "th": (
        "ผู้ซื้อ/ผู้ขาย ผู้ซื้อ/ร้านค้า ก่อน/หลัง ยกเลิก/ยืนยัน เปิด/ปิด "
        "เพิ่ม/ลด เพิ่ม/ลบ ขั้นต่ำ/สูงสุด ผู้ส่ง/ผู้รับ ฝาก/ถอน เติม/ถอน นำเข้า/ส่งออก "
        "เริ่ม/หยุด อนุมัติ/ปฏิเสธ ยอมรับ/ปฏิเสธ ในประเทศ/ต่างประเทศ เครดิต/เดบิต ส่ง/รับ"
    ),
    "zh": (
        "买家/卖家 之前/之后 前/后 取消/确认 开启/关闭 打开/关闭 "
        "增加/减少 添加/删除 最低/最高 最少/最多 接受/拒绝 批准/拒绝 寄件人/收件人 "
        "充值/提现 存款/取款 国内/国际 开始/停止 信用卡/借记卡 启用/禁用"
    ),
}  # fmt: skip


def negations(text: str, language: str) -> int:
    """How many negations `text` has; a question's "or not" is none."""
    pattern = _NEGATION.get(primary(language))
    return len(pattern.findall(_NO_NEGATION.sub(" ", comparison_key(text)))) if pattern else 0


def verdict(answer: str, language: str) -> bool | None:
    """What an answer begins with: yes is True, no is False, None where it begins with neither."""
    yes, no = _VERDICT.get(primary(language), (None, None))
    if yes is None or no is None:
        return None
    head = comparison_key(answer)
    return False if no.match(head) else True if yes.match(head) else None


def opposed(first: str, second: str, language: str) -> str | None:
    """The pair of opposites in which two texts differ, or whose sides have changed places, e.g. `buyer/seller`."""
    left, right = (stems(text, language) for text in (first, second))
    for one, other in _opposites(primary(language)):
        places = [[tokens.index(word) if word in tokens else -1 for word in (one, other)] for tokens in (left, right)]
        (a, b), (c, d) = places
        apart = (a >= 0 > b and c < 0 <= d) or (b >= 0 > a and d < 0 <= c)
        crossed = min(a, b, c, d) >= 0 and (a < b) != (c < d)
        if apart or crossed:
            return f"{one}/{other}"
    return None


@cache
def _opposites(language: str) -> tuple[tuple[str, str], ...]:
    pairs = (pair.split("/") for pair in _OPPOSITES.get(language, "").split())
    return tuple((stem(one), stem(other)) for one, other in pairs)
