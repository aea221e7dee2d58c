"""Faults put into good translations, one of a kind at a time: what checks have to find. Knows nothing of the product.

Every fault takes a random generator and a block (English source, Thai target) and gives the target with the fault in it,
or None where the block has no place for it.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

Fault = Callable[[Random, str, str], str | None]

_CODE = r"`[^`\n]*`|\]\([^)\n]*\)|https?://\S+|<[^>\n]{1,80}>|\{\{?[^{}\n]*\}\}?|%[sd]|%\w*\([\w ]+\)\w"
_NUMBER = re.compile(rf"{_CODE}|(?P<mark>^[ \t>|-]*[0-9]+[.)]\s)|(?P<number>[0-9](?:[0-9.,]*[0-9])?)", re.MULTILINE)
_NEGATED = re.compile(r"\bnot\b|n['’]t\b|\bcannot\b|\bnever\b", re.IGNORECASE)
_NOT = re.compile("(?<!หรือ)(?<!เว้นแต่)ไม่(?!ว่า|เกิน|น้อยกว่า|ต่ำกว่า|มากกว่า)(?:ได้(?=รับ|ถูก|มี|เป็น|อยู่))?")
_THAI_SENTENCE = re.compile(r"(?<=[\u0e00-\u0e7f*)”\"])[ ]+(?=[\u0e00-\u0e7f*“\"(]|[A-Z])")
_ENGLISH_SENTENCE = re.compile(r"(?<=[a-z0-9)*\"”’][.!?])\s+(?=[A-Z*\"“(])")
_WORD = re.compile("[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e]{3,}")
_PLACEHOLDER = re.compile(r"\{\{?[\w.]+\}\}?|%\{\w+\}|%\(\w+\)s|%[sd]|</?[0-9]/?>")
_MONEY = re.compile(
    r"(?P<sign>[$€฿])(?=\s?[0-9])|(?<=[0-9] )(?P<code>USD|EUR|THB|บาท|ดอลลาร์)|(?P<before>USD|EUR|THB)(?= [0-9])"
)
_LINK = re.compile(r"(?<=\]\()[^)\s]+(?=[)\s])|https?://[^\s)]+")
_TONE = re.compile("[\u0e48-\u0e4b]")
_HAN = ("退款", "订单", "您的", "商品", "取消", "支付")
_OTHER_CURRENCY = {"$": "€", "€": "$", "฿": "$", "USD": "EUR", "EUR": "USD", "THB": "USD", "บาท": "ดอลลาร์", "ดอลลาร์": "บาท"}


def changed_number(rng: Random, source: str, target: str) -> str | None:
    """One number that both texts have becomes another of as many digits; not those of lists, links and code."""
    numbers = set(re.findall(r"[0-9](?:[0-9.,]*[0-9])?", source))
    found = [m for m in _NUMBER.finditer(target) if m["number"] and m["number"] in numbers]
    if not found:
        return None
    match = rng.choice(found)
    digit = rng.choice([m.start() for m in re.finditer("[0-9]", match["number"])])
    old = match["number"][digit]
    new = rng.choice([d for d in "123456789" if d != old])
    changed = match["number"][:digit] + new + match["number"][digit + 1 :]
    return target[: match.start("number")] + changed + target[match.end("number") :]


def dropped_sentence(rng: Random, source: str, target: str) -> str | None:
    """One sentence of two or more is gone, where both texts have equally many."""
    pieces = _paired(source, target)
    if pieces is None:
        return None
    at = rng.randrange(len(pieces[1]))
    return " ".join(piece for n, piece in enumerate(pieces[1]) if n != at)


def english_left_in(rng: Random, source: str, target: str) -> str | None:
    """One sentence of seven words or more is still the source's."""
    english, thai = _paired(source, target) or ([source], [target])
    long = [n for n, piece in enumerate(english) if len(re.findall(r"[A-Za-z]+(?: (?=[A-Za-z]))", piece)) >= 7]
    if not long:
        return None
    at = rng.choice(long)
    return " ".join(english[n] if n == at else piece for n, piece in enumerate(thai))


def dropped_negation(rng: Random, source: str, target: str) -> str | None:
    """One ไม่ is gone, where the source negates with `not`, `never` or `cannot`."""
    found = list(_NOT.finditer(target))
    if not found or not _NEGATED.search(source):
        return None
    match = rng.choice(found)
    return target[: match.start()] + target[match.end() :]


def chinese_leaked(rng: Random, source: str, target: str) -> str | None:
    """A Thai word has become a Chinese one."""
    words = list(_WORD.finditer(target))
    if not words:
        return None
    match = rng.choice(words)
    at = match.start() + rng.randrange(len(match[0]) // 2)
    return target[:at] + rng.choice(_HAN) + target[match.end() :]


def placeholder_renamed(rng: Random, source: str, target: str) -> str | None:
    """A placeholder has another name."""
    found = [m for m in _PLACEHOLDER.finditer(target) if m[0] in source]
    if not found:
        return None
    match = rng.choice(found)
    inner = list(re.finditer(r"\w+", match[0]))[-1]
    name = (
        "d" if inner[0] == "s" else "s" if inner[0] == "d" else str(int(inner[0]) + 7) if inner[0].isdigit() else f"{inner[0]}x"
    )
    renamed = match[0][: inner.start()] + name + match[0][inner.end() :]
    return target[: match.start()] + renamed + target[match.end() :]


def placeholder_lost(rng: Random, source: str, target: str) -> str | None:
    """A placeholder is gone."""
    found = [m for m in _PLACEHOLDER.finditer(target) if m[0] in source]
    if not found or len(found) == len(target.split()) == 1:
        return None
    match = rng.choice(found)
    return (target[: match.start()] + target[match.end() :]).strip() or None


def wrong_currency(rng: Random, source: str, target: str) -> str | None:
    """An amount in another currency."""
    found = list(_MONEY.finditer(target))
    if not found:
        return None
    match = rng.choice(found)
    return target[: match.start()] + _OTHER_CURRENCY[match[0]] + target[match.end() :]


def wrong_register(rng: Random, source: str, target: str) -> str | None:
    """A polite particle at the end of the text or of a sentence; written answers carry none."""
    thai = [m.end() for m in re.finditer("[\u0e01-\u0e4e](?=[ \n]|$)", target)]
    if len(target) < 20 or not thai:
        return None
    at = thai[-1]
    return target[:at] + rng.choice(("ครับ", "ค่ะ", "นะคะ")) + target[at:]


def lost_tone_marks(rng: Random, source: str, target: str) -> str | None:
    """All tone marks of one word of Thai letters are gone."""
    words = [m for m in _WORD.finditer(target) if _TONE.search(m[0])]
    if not words:
        return None
    match = rng.choice(words)
    return target[: match.start()] + _TONE.sub("", match[0]) + target[match.end() :]


def lost_sara_am(rng: Random, source: str, target: str) -> str | None:
    """A sara am has lost its upper half: แนะนา for แนะนำ."""
    places = [m.span() for m in re.finditer("\u0e33|\u0e4d\u0e32", target)]
    if not places:
        return None
    start, end = rng.choice(places)
    return target[:start] + "\u0e32" + target[end:]


def swapped_link(rng: Random, source: str, target: str) -> str | None:
    """A link leads elsewhere."""
    found = list(_LINK.finditer(target))
    if not found:
        return None
    match = rng.choice(found)
    base, _, last = match[0].rpartition("/")
    return target[: match.start()] + (f"{base}/" if base else "") + f"other-{last}" + target[match.end() :]


def forbidden_term(pairs: Sequence[tuple[str, str, str]]) -> Fault:
    """The fault of a term base: (source term, preferred, forbidden) rows; the preferred rendering becomes the forbidden one."""

    def fault(rng: Random, source: str, target: str) -> str | None:
        found = [p for p in pairs if re.search(rf"\b{re.escape(p[0])}\b", source, re.IGNORECASE) and p[1] in target]
        if not found:
            return None
        _, preferred, forbidden = rng.choice(found)
        return target.replace(preferred, forbidden)

    return fault


def _paired(source: str, target: str) -> tuple[list[str], list[str]] | None:
    """The sentences of both texts, if there are equally many of them, at least two, none shorter than 20 characters."""
    if "\n" in source.strip() or "|" in source:
        return None
    english, thai = _ENGLISH_SENTENCE.split(source.strip()), _THAI_SENTENCE.split(target.strip())
    thai = _merged(thai, [len(piece) for piece in english]) if len(thai) > len(english) > 1 else thai
    if len(english) != len(thai) or len(english) < 2 or min(map(len, (*english, *thai))) < 20:
        return None
    return english, thai


def _merged(pieces: list[str], lengths: list[int]) -> list[str]:
    """Thai writes spaces within sentences, too: the pieces joined so that the sentences' shares are the source's."""
    whole, total, joined, at = sum(map(len, pieces)), sum(lengths), list[str](), 0
    for n, length in enumerate(lengths):
        taken, wanted = "", whole * length / total
        while at < len(pieces) and len(pieces) - at > len(lengths) - n - 1:
            step = f"{taken} {pieces[at]}".strip()
            if taken and n < len(lengths) - 1 and abs(len(step) - wanted) > abs(len(taken) - wanted):
                break
            taken, at = step, at + 1
        joined.append(taken)
    return joined


FAULTS: dict[str, Fault] = {
    "changed number": changed_number,
    "dropped sentence": dropped_sentence,
    "dropped negation": dropped_negation,
    "English left in": english_left_in,
    "Chinese leaked": chinese_leaked,
    "placeholder renamed": placeholder_renamed,
    "placeholder lost": placeholder_lost,
    "wrong currency": wrong_currency,
    "wrong register": wrong_register,
    "lost tone marks": lost_tone_marks,
    "lost sara am": lost_sara_am,
    "swapped link": swapped_link,
}
