"""Secrets and personal data: recall in all written forms, false alarms on public text, speed.

    python benchmarks/personal_data.py                       English and Thai, 400 examples of each kind
    python benchmarks/personal_data.py --show 20             with the first false alarms and misses of each kind

The examples are valid, made by a seeded generator. Numbers of orders and parcels, and bare digits, are made, too.
False alarms are counted by text: a sentence, a label, a question in which something is found that is no e-mail address.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.privacy.checksums import is_luhn, is_thai_id
from kb_pipeline.steps.privacy.finder import find
from kb_pipeline.steps.privacy.redact import redact

_OUT = Console(width=140)
_SEPARATORS = {
    "none": "", "space": " ", "hyphen": "-", "dot": ".", "slash": "/", "underscore": "_", "en dash": "–", "em dash": "—",
    "non-breaking hyphen": "\u2011", "figure dash": "\u2012", "minus": "−", "no-break space": "\u00a0", "thin space": "\u2009",
    "zero width space": "\u200b", "word joiner": "\u2060", "soft hyphen": "\u00ad",
    "hyphen with spaces": " - ", "full-width hyphen": "－",
}  # fmt: skip
_DIGITS = {"ASCII": 0x30, "Thai": 0x0E50, "full width": 0xFF10, "Arabic-Indic": 0x0660, "Devanagari": 0x0966}
_FRAMES = {
    DataKind.PHONE: (
        "Call {} before noon.",
        "Mobile: {}",
        "โทร{}ได้เลย",
        "เบอร์ {} ครับ",
        "ติดต่อคุณสมชายที่{}ก่อนเที่ยง",
        "Ann ({}) knows.",
    ),
    DataKind.NATIONAL_ID: ("My id is {} today.", "เลขบัตรประชาชน{}ของลูกค้า", "National ID: {}", "บัตรประชาชนเลขที่ {} ครับ"),
    DataKind.CARD: ("I paid with card {} last week.", "บัตรเครดิต{}ถูกหักเงิน", "Visa: {}", "Charge {} please."),
    DataKind.EMAIL: ("Write to {} for help.", "อีเมล{}ครับ", "({})", "ติดต่อ {} ได้"),
    DataKind.BANK_ACCOUNT: ("Transfer to {} today.", "โอนไปที่{}ครับ", "เลขที่บัญชี {} ค่ะ"),
    DataKind.PASSPORT: ("Passport no. {} expired.", "หนังสือเดินทางเลขที่ {} หมดอายุ", "护照号码：{}"),
    DataKind.API_KEY: ("Use {} in the app.", "คีย์{}ใช้ไม่ได้", "API key: {}", "`{}`"),
    DataKind.PASSWORD: ("Password: {}", "The password is {}", "รหัสผ่าน: {}", "รหัสผ่านคือ {} ครับ", "密码：{}", "pwd={}"),
    DataKind.PRIVATE_KEY: ("Paste this:\n{}", "วางคีย์นี้\n{}"),
}
_NOBODYS = (
    "Order {} is late.",
    "Tracking number {}",
    "คำสั่งซื้อ {} ยังไม่มา",
    "เลขพัสดุ {} ครับ",
    "{}",
    "We shipped {} on Monday.",
    "订单号 {}",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _with_check(random: Random, body: str, holds: Callable[[str], bool]) -> str:
    return next(body + digit for digit in random.sample("0123456789", 10) if holds(body + digit))


def _groups(digits: str, sizes: tuple[int, ...], between: str) -> str:
    parts, at = list[str](), 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return between.join(parts)


def _number(kind: DataKind, random: Random, between: str) -> str:
    if kind is DataKind.NATIONAL_ID:
        digits = _with_check(random, random.choice("12345678") + _digits(random, 11), is_thai_id)
        return _groups(digits, (1, 4, 5, 2, 1), between)
    if kind is DataKind.CARD:
        prefix, sizes = random.choice(
            [("4", (4, 4, 4, 4)), ("53", (4, 4, 4, 4)), ("2345", (4, 4, 4, 4)), ("37", (4, 6, 5)), ("6011", (4, 4, 4, 4))]
        )
        return _groups(_with_check(random, prefix + _digits(random, sum(sizes) - 1 - len(prefix)), is_luhn), sizes, between)
    form = random.choice(["mobile", "mobile", "landline", "international", "american"])
    if form == "mobile":
        return _groups("0" + random.choice("689") + _digits(random, 8), (3, 3, 4), between)
    if form == "landline":
        return _groups("0" + random.choice("234567") + _digits(random, 7), (2, 3, 4), between)
    if form == "international":
        return "+" + _groups("66" + random.choice("689") + _digits(random, 8), (2, 2, 3, 4), between)
    return _groups(
        random.choice("23456789") + _digits(random, 2) + random.choice("23456789") + _digits(random, 6),
        (3, 3, 4),
        between or "-",
    )


def _word(random: Random, count: int, letters: str = _LETTERS + _LETTERS.upper() + "0123456789") -> str:
    return "".join(random.choices(letters, k=count))


def _iban(random: Random) -> str:
    body = "WEST" + _digits(random, 14)
    number = int("".join(str(int(c, 36)) for c in body + "GB00"))
    return f"GB{98 - number % 97:02d}{body}"


def _text(kind: DataKind, random: Random) -> str:
    if kind is DataKind.EMAIL:
        local, domain = _word(random, random.randint(3, 9), _LETTERS), _word(random, random.randint(3, 9), _LETTERS)
        at = random.choice("@@@＠")
        return (
            f"{local}{random.choice(['', '.lee', '+kb', '_99'])}{at}{domain}.{random.choice(['com', 'co.th', 'in.th', 'io'])}"
        )
    if kind is DataKind.BANK_ACCOUNT:
        return _groups(_iban(random), (4, 4, 4, 4, 4, 2), random.choice(["", " ", "-", "\u00a0"]))
    if kind is DataKind.PASSPORT:
        return random.choice(["AA", "AB", "C", "M"]) + _digits(random, 7)
    if kind is DataKind.PASSWORD:
        return _word(random, random.randint(5, 9)) + random.choice(["7", "!9", "#2024", "@k1"])
    if kind is DataKind.PRIVATE_KEY:
        name = random.choice(["RSA ", "", "EC ", "OPENSSH ", "ENCRYPTED "])
        return f"-----BEGIN {name}PRIVATE KEY-----\n{_word(random, 64)}\n{_word(random, 40)}=\n-----END {name}PRIVATE KEY-----"
    shapes = (
        lambda: "AKIA" + _word(random, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        lambda: "AIza" + _word(random, 35), lambda: "ghp_" + _word(random, 36), lambda: "glpat-" + _word(random, 20),
        lambda: "xoxb-" + _digits(random, 11) + "-" + _word(random, 24), lambda: "sk_live_" + _word(random, 24),
        lambda: "sk-proj-" + _word(random, 48), lambda: "hf_" + _word(random, 34, _LETTERS), lambda: "npm_" + _word(random, 36),
        lambda: f"SG.{_word(random, 22)}.{_word(random, 43)}", lambda: f"{_digits(random, 9)}:AA{_word(random, 33)}",
        lambda: f"eyJ{_word(random, 20)}.eyJ{_word(random, 40)}.{_word(random, 43)}",
        lambda: f"postgres://app:{_word(random, 12)}@db.internal:5432/app",
        lambda: f"Server=db;User Id=app;Password={_word(random, 12)}",
    )  # fmt: skip
    return random.choice(shapes)()


def examples(kind: DataKind, count: int, random: Random) -> Iterator[tuple[str, str, str]]:
    """Form, text and the data in it."""
    is_number = kind in (DataKind.PHONE, DataKind.NATIONAL_ID, DataKind.CARD)
    for n in range(count):
        form, data = "as it is", ""
        if is_number:
            name, between = list(_SEPARATORS.items())[n % len(_SEPARATORS)]
            script, zero = random.choice(list(_DIGITS.items())) if n % 3 == 0 else ("ASCII", 0x30)
            data = _number(kind, random, between).translate({0x30 + d: zero + d for d in range(10)})
            form = name if script == "ASCII" else script
        else:
            data = _text(kind, random)
            if n % 4 == 3 and kind is not DataKind.PRIVATE_KEY:
                cut = random.randint(2, len(data) - 2)
                form, data = "with a zero width space", data[:cut] + "\u200b" + data[cut:]
        yield form, random.choice(_FRAMES[kind]).format(data), data


def recall(count: int, seed: int, shown: int) -> None:
    """Of each kind, the share of examples of which nothing is left when what was found is taken out."""
    table = Table("kind", "examples", "found", "recall", "forms below 100 %", title="recall")
    for kind in _FRAMES:
        random, misses, total, missed = Random(seed), Counter[str](), Counter[str](), list[str]()
        for form, text, data in examples(kind, count, random):
            total[form] += 1
            at = text.index(data)
            covered = set().union(*(range(d.start, d.end) for d in find(text, markup=True)))
            rest = [i for i in range(at, at + len(data)) if i not in covered and (data[i - at].isalnum())]
            if rest:
                misses[form] += 1
                missed.append(text)
        found = count - sum(misses.values())
        forms = ", ".join(f"{form} {1 - n / total[form]:.0%}" for form, n in misses.items())
        table.add_row(kind.value, str(count), str(found), f"{found / count:.2%}", forms)
        for text in missed[:shown]:
            _OUT.print("missed:", repr(text), markup=False)
    _OUT.print(table)


def nobodys(count: int, seed: int, shown: int) -> None:
    """False alarms on numbers that are nobody's: of so many digits, in a sentence or bare."""
    table = Table("digits", "texts", "in articles and entries", "in the log", title="numbers that are nobody's")
    for length in (8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20):
        random, wrong, logged = Random(seed), 0, 0
        for _ in range(count):
            text = random.choice(_NOBODYS).format(random.choice("123456789") + _digits(random, length - 1))
            found = find(text)
            wrong += bool(found)
            logged += redact(text) != text
            if found and shown > wrong:
                _OUT.print("false:", repr(text), [d.kind.value for d in found], markup=False)
        table.add_row(str(length), str(count), f"{wrong / count:.2%}", f"{logged / count:.2%}")
    _OUT.print(table)


def corpora(data: Path) -> Iterator[tuple[str, str]]:
    """Name and text: lines of articles, segments, labels, questions."""
    for name in ("articles-en-medium", "articles-th", "parallel-en-th/en", "parallel-en-th/th"):
        for path in sorted((data / name).rglob("*.md")):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.strip():
                    yield name, line
    for name in ("ui-strings-en-th", "faq-th", "intents-en", "intents-th-calls"):
        for path in sorted(path for path in (data / name).rglob("*") if path.suffix in (".jsonl", ".json", ".csv")):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                for value in [line] if path.suffix == ".csv" else _strings(line):
                    yield name, value


def _strings(line: str) -> Iterator[str]:
    try:
        value = json.loads(line)
    except ValueError:
        return
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and re.search(r"\s|[\u0e00-\u0e7f]", item):
            yield item
        elif isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def false_alarms(data: Path, shown: int) -> None:
    """What is found in public text, by corpus and kind; e-mail addresses there are real ones."""
    texts, found, seconds, characters = Counter[str](), defaultdict[str, Counter[str]](Counter), 0.0, 0
    examples_: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, text in corpora(data):
        texts[name] += 1
        started = time.process_time()
        kinds = {d.kind.value: text[d.start : d.end] for d in find(text, markup=True)}
        seconds += time.process_time() - started
        characters += len(text)
        for kind, written in kinds.items():
            found[name][kind] += 1
            examples_[name, kind].append(f"{written!r} in {text[:160]!r}")
    table = Table("corpus", "texts", "with an alarm but e-mail", "by kind", title="found in public text")
    for name, total in texts.items():
        other = sum(n for kind, n in found[name].items() if kind != "email")
        table.add_row(name, str(total), f"{other / total:.3%}", ", ".join(f"{k} {n}" for k, n in found[name].most_common()))
    _OUT.print(table)
    _OUT.print(
        f"{characters / 1e6:.1f} million characters in {seconds:.1f} s of processor: {characters / 1e6 / seconds:.2f} million/s"
    )
    for (name, kind), lines in examples_.items():
        for line in lines[:shown]:
            _OUT.print(name, kind, line, markup=False)


def worst(length: int = 100_000) -> None:
    """Seconds of processor that `redact` takes for texts that are made to be slow."""
    table = Table("text", "seconds", title=f"redact, {length} characters")
    redact("warm 081-234-5678 ก")
    for piece in (
        "1 ",
        "4 ",
        "a",
        "aA1",
        "a@",
        "token ",
        "password ",
        "a://",
        "GB82 ",
        "x=1;",
        "-----BEGIN PRIVATE KEY-----",
        "โทร1 ",
    ):
        text = (piece * length)[:length]
        started = time.process_time()
        redact(text)
        table.add_row(piece, f"{time.process_time() - started:.2f}")
    _OUT.print(table)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--count", type=int, default=400, help="examples of each kind")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", type=int, default=0, help="misses and false alarms to print of each kind")
    options = parser.parse_args()
    recall(options.count, options.seed, options.show)
    nobodys(options.count * 5, options.seed, options.show)
    worst()
    if options.data.is_dir():
        false_alarms(options.data, options.show)


if __name__ == "__main__":
    main()
