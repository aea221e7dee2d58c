"""Whether two texts say opposite things: negations, yes and no, pairs of opposites. Knows words, not meanings. No I/O."""

import re
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.stems import stem, stems
from kb_pipeline.steps.language.tags import primary

# Words that turn a statement into its opposite. In Thai and Chinese they are looked for after questions' own "or not".
_NEGATION = {
    "en": re.compile(r"\b(?:not|never|cannot|no|nor|neither|without|unable|[a-z]+n['’]t)\b", re.IGNORECASE),
    "th": re.compile("ไม่|ห้าม|มิได้|มิให้|งดเว้น"),
    "zh": re.compile("不|没|無|无|禁止|未|勿|别"),
    "ja": re.compile("ない|なく|ません|ず(?:に|、)|いいえ|なし|禁止|不可"),
    "de": re.compile(r"\b(?:nein|nicht|kein\w*|nie|niemals|ohne|weder)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|ningún\w*|jamás|sin)\b", re.IGNORECASE),
    "id": re.compile(r"\b(?:tidak|bukan|jangan|tanpa|belum)\b", re.IGNORECASE),
}
_NO_NEGATION = re.compile(
    "(?:ใช่|ได้)?หรือไม่(?:ได้)?|ไม่ว่า|ไม่เกิน|ไม่น้อยกว่า|(.)不\\1|有没有|不客气|不超过|no later than|not only", re.IGNORECASE
)
# What a translation must carry as a negation, and all that one may carry it with. Names (`No of users`), cells of tables
# and set phrases are none; a translator may write `fails` for `does not`, and ไม่บังคับ for `optional`.
# Patterns of what is asked of every text begin with a letter, not with a word's edge: so they are found several times as fast.
_DENIAL = {
    "en": re.compile(
        r"n(?:(?<=\bn)(?:o(?:t(?:hing)?|r|ne|body)?|ever|either)|(?<=\b[Cc]ann)ot|(?<=\b[Uu]n)able|['’]t)\b"
        r"|N(?<=\bN)(?:(?:o(?:t(?:hing)?|r|ne|body)|ever|either)\b|o(?=,|\.|$|\*\*| [a-z]))|without\b|Without\b"
    ),
    "th": re.compile("ไม่|ห้าม|มิได้|มิให้|งดเว้น"),
    "zh": re.compile("不|没|無|无|禁止|未|勿|别"),
    "ja": re.compile("ない|なく|ません|ず(?:に|、)|いいえ|なし|禁止|不可"),
    "de": re.compile(r"\b(?:nein|nicht|kein\w*|nie|niemals|ohne|weder)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|ningún\w*|jamás|sin)\b", re.IGNORECASE),
    "id": re.compile(r"\b(?:tidak|bukan|jangan|tanpa|belum)\b", re.IGNORECASE),
}
_NO_NEGATION = re.compile(
    "(?:ใช่|ได้)?หรือไม่(?:ได้)?|ไม่ว่า|ไม่เกิน|ไม่น้อยกว่า|(.)不\\1|有没有|不客气|不超过|no later than|not only", re.IGNORECASE
)
# What a translation must carry as a negation, and all that one may carry it with. Names (`No of users`), cells of tables
# and set phrases are none; a translator may write `fails` for `does not`, and ไม่บังคับ for `optional`.
_DENIAL = {
    "en": re.compile(
        r"(?:\b(?:[Nn](?:ot(?:hing)?|or|one|obody|ever|either)|no|No(?=,|\.|$|\*\*| [a-z])"
        r"|[Cc]annot|[Uu]nable|[Ww]ithout)|['’]t)\b"
    ),
    "th": re.compile("ไม่|ห้าม|มิได้|มิให้|มิอาจ|มิฉะนั้น|อย่า(?!ง)|งดเว้น|ปราศจาก|ไร้"),
}
# Every negation above, and every negative word below, holds one of these.
_SIGN = {
    "en": re.compile(
        r"n(?:o(?:t|r\b|n|body|\b)|ever|either|able|['’]t|active|valid|complete|visible|accurate|correct|compatible|sufficient"
        r"|accessible|eligible|consistent|(?<=\b[Uu]n)(?!i[foqtv]|der|til))|N(?:o|ever|either)|without|Without|mp(?:oss|rop)|malf|Malf"
    ),
    "th": re.compile("ไม่|ห้าม|มิ[ไใอฉ]|อย่า|งดเว้น|ปราศจาก|ไร้"),
}
_NO_DENIAL = {
    "en": re.compile(
        r"not only|(?:not |without )limited to|[Ww]ith(?: or |/)without|not? later than|no doubt|whether or not"
        r"|[Nn]o\.? of |n['’]t worry|if not\b|why not|[a-z]n['’]t you\b"
        r"|[Ii]f you (?:have|did|do)n['’]t already|no longer (?:a\b|present)"
    ),
    # "Or not" is a question's unless a verb follows, as in มีหรือไม่มี.
    "th": re.compile("(?:ใช่|ได้|แล้ว)?หรือไม่(?:ได้)?(?!(?!ว่า|ที่|โดย|ก็|เพราะ)[ก-ฮเ-ไ])|ไม่ว่า(?!ง)|ไม่เพียง(?!พอ)|ใช่/ไม่ใช่|ไม่ใช่แค่"),
}
_PHRASE = 24  # characters before or behind a negation, within which a set phrase begins and ends
_HINT = {
    "en": re.compile(
        "|".join(
            (
                r"\bun(?!it|til|der|load)[a-z]{3}|\bnon-?[a-z]|\b(?:dis|il|ir)[a-z]{3}|\bim(?:poss|prop|perf|mut|med)|[a-z]less\b",
                r"in(?:activ|valid|complet|visib|accura|correct|compat|suffic|consist|access|eligib|depend|direct|defin|capab)",
                r"avoid|prevent|block|fail|\bless\b|lack|miss(?:ing|ed)|exclu?|ignor|empty|blank|except|prohibit|forbid|restrict",
                r"stop|refus|reject|deny|denied|optional|\bfree|\bonly\b|until|but\b|\bno\b|\bnot|\bn/a\b|soft|out.of|\boff\b",
                r"differ|hard|beyond|regardless|rather|instead|other than|otherwise|rare|\bfew|exceed|at most|at least|unique",
                r"deprecat|tentativ|obsolete|temporar|abandon|skip|suppress|hid(?:e|den)\b|lost|still|\byet|overbook|up to",
                r"without|short|wrong|\bbad\b|error|problem|constant|static|fixed|absent|null|zero|overdue|expire|legend|anonym|maximum",
            )
        )
    ),
    "th": re.compile("เว้น|ยกเลิก|หยุด|เลิก|ปิด|ว่าง|ขาด|ล้มเหลว|เฉพาะ|เท่านั้น|เพียง|หลีก|ป้องกัน|ปฏิเสธ|แทน|น้อยกว่า|ต่าง|นอกจาก|นอกเหนือ"),
}
# English words that Thai and Chinese render with a negation (69 of 69 times in the professional English-Thai lines that deny
# nothing else); not those that undo something (`unlink`), and no parts of paths.
_NEGATIVE_WORD = re.compile(
    r"(?<![\w\\/])(?:[Uu]n-?(?!i[foqtv]|d[eo]|til|pack|link|lock|install|subscrib|block|load)"
    r"(?:[a-z]+(?:ed|able|ful)|known|paid|set|safe|clear|necessary)|[Nn]on-?[a-z]{4,}|[Mm]alformed|[Ii]m(?:possible|proper)"
    r"|[Ii]n(?:active|valid|complete|visible|accurate|correct|compatible|sufficient|accessible|eligible|consistent)(?:ly)?)\b"
)
_NEGATING = frozenset({"th", "zh"})
_VERDICT = {
    "en": (re.compile(r"yes\b", re.IGNORECASE), re.compile(r"no\b|not\b", re.IGNORECASE)),
    "th": (re.compile("ได้|ใช่|มี"), re.compile("ไม่")),
    "zh": (re.compile("可以|能|是|会|有"), re.compile("不|没|否")),
    "ja": (re.compile("はい"), re.compile("いいえ")),
    "de": (re.compile(r"ja\b", re.IGNORECASE), re.compile(r"nein\b", re.IGNORECASE)),
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


def denials(text: str, language: str) -> tuple[int, ...] | None:
    """Where the negations stand that a translation of `text` must carry; None if the language's are not known."""
    words = _denial(language)
    if words is None:
        return None
    if words.sign.search(text) is None:
        return ()
    return tuple(
        [match.start() for match in words.pattern.finditer(text) if not _is_phrase(words.phrases, text, match.start())]
    )


def may_deny(text: str, language: str) -> bool:
    """Whether `text` holds letters of a negation or negative word: a quick look, certain only where it says no."""
    words = _denial(language)
    return words is not None and words.sign.search(text) is not None


def negative_words(text: str, language: str, target: str) -> list[str]:
    """The adjectives and the like (`invalid`, `unpaid`) of `text` that the `target` language renders with a negation."""
    if primary(language) != "en" or primary(target) not in _NEGATING:
        return []
    return _NEGATIVE_WORD.findall(text) if may_deny(text, language) else []


def hints_at_denial(text: str, language: str) -> bool:
    """Whether `text` says something that a translator may well put as a negation; true for a language without a list."""
    pattern = _HINT.get(primary(language))
    return pattern is None or pattern.search(text.lower()) is not None


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


class _Denial(NamedTuple):
    """A language's negations, what all of them hold, and the set phrases in which they deny nothing."""

    sign: re.Pattern[str]
    pattern: re.Pattern[str]
    phrases: re.Pattern[str]


@cache
def _denial(language: str) -> _Denial | None:
    key = primary(language)
    pattern = _DENIAL.get(key) or _NEGATION.get(key)
    return pattern and _Denial(_SIGN.get(key, pattern), pattern, _NO_DENIAL.get(key, _NO_NEGATION))


def _is_phrase(phrases: re.Pattern[str], text: str, at: int) -> bool:
    """Whether the negation at `at` is part of a set phrase."""
    near = phrases.finditer(text, max(0, at - _PHRASE), at + _PHRASE)
    return any(phrase.start() <= at < phrase.end() for phrase in near)
