"""What the people of a small bookshop do with kb-pipeline until their home holds every state that a migration must keep.

Only the `kb` command and the API are used, see README.md; `site` is where the commands run.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

MATERIAL = Path(__file__).parent / "material"
MARKETS = ("en-US", "th-TH")
BOTH = ("--market", "en-US", "--market", "th-TH")
PASSWORDS = {"dara": "a lighthouse at noon", "มาลี": "ช้างม้าวัวควาย", "boonmee": "three quiet harbours"}
QUESTIONS = (
    ("en-US", "How long do I have to return a book?"),
    ("en-US", "I changed my mind about a novel, may I send it back?"),
    ("en-US", "How much is the postage?"),
    ("en-US", "When do my membership points expire?"),
    ("en-US", "Who painted the Mona Lisa?"),
    ("th-TH", "คืนหนังสือได้ภายในกี่วัน"),
    ("th-TH", "ค่าส่งหนังสือกี่บาท"),
    ("th-TH", "คะแนนสะสมหมดอายุเมื่อไหร่"),
    ("th-TH", "Where is your store?"),
    ("th-TH", "พรุ่งนี้ฝนจะตกไหม"),
)


class Site(Protocol):
    """A home, its articles and packs, and the code that works on them."""

    source: Path

    def kb(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """What `kb ... --json` reports. Raises if it fails."""

    def ask(self, key: str, questions: Iterable[tuple[str, str]], outcomes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """What the API says to each question. It is given `outcomes` as feedback, one for each of the first answers."""


def tell(site: Site) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The whole story, in order. Returns the API keys by name, of which the home keeps only hashes, and the last answers."""
    keys = _people(site)
    _take_in(site)
    site.kb("run", *BOTH)
    _decide_at_first(site)
    site.kb("release", "publish", *BOTH, "--note", "opening day", "--as", "dara")
    site.ask(
        keys["shop"], QUESTIONS[:6], [{"outcome": "resolved"}, {"outcome": "not_resolved", "comment": "ann@example.com knows"}]
    )
    _the_articles_change(site)
    site.kb("run", *BOTH)
    _decide_again(site)
    site.kb("release", "publish", *BOTH, "--note", "thirty days", "--as", "dara")
    site.kb("release", "rollback", "th-TH", "--as", "dara")
    site.kb("release", "rollback", "en-US", "--as", "dara")
    site.kb("release", "rollback", "en-US", "--to", "2", "--as", "dara")
    answers = site.ask(
        keys["shop"], QUESTIONS, [{"outcome": "csat", "score": 5, "comment": "ตอบไว"}, {"outcome": "handed_off"}]
    )
    return keys, answers


def _people(site: Site) -> dict[str, str]:
    for name, role, market in (("dara", "admin", ()), ("มาลี", "reviewer", ("th-TH",)), ("boonmee", "viewer", ("en-US",))):
        words = [word for tag in market for word in ("--market", tag)]
        site.kb("user", "add", name, "--role", role, *words, "--password-stdin", stdin=f"{PASSWORDS[name]}\n")
    site.kb("user", "disable", "boonmee")
    keys = {"shop": site.kb("key", "add", "shop"), "line": site.kb("key", "add", "line", "--market", "th-TH")}
    keys["old"] = site.kb("key", "add", "old")
    site.kb("key", "revoke", keys["old"]["id"])
    return {name: key["key"] for name, key in keys.items()}


def _take_in(site: Site) -> None:
    """Entries and translations that the shop had before."""
    site.kb("import", str(MATERIAL / "imports/th-TH.csv"), "--market", "th-TH")
    site.kb("import", str(MATERIAL / "imports/en-US.jsonl"), "--market", "en-US", "--propose")
    site.kb("memory", "import", str(MATERIAL / "imports/agency.tmx"), "--market", "th-TH", "--by", "มาลี")


def _decide_at_first(site: Site) -> None:
    queue = _Queue(site)
    for market, questions in {
        "en-US": (
            "How long do I have to return a book?", "What condition must a returned book be in?", "How do I return a book?",
            "How much does standard delivery cost?", "How long are points valid?", "How much does gift wrapping cost?",
            "Where is your store?",
        ),
        "th-TH": (
            "คืนหนังสืออย่างไร", "ค่าจัดส่งแบบมาตรฐานเท่าไร", "คะแนนมีอายุเท่าไร", "ค่าห่อของขวัญเท่าไร",
        ),
    }.items():  # fmt: skip
        for question in questions:
            queue.decide("approve", market, question, "--as", "dara")
    for person in ("dara", "มาลี"):  # high risk: a payment, and what contradicts an imported entry
        queue.decide("approve", "th-TH", "เงินคืนเข้าบัตรเมื่อไร", "--as", person)
        queue.decide("approve", "th-TH", "คืนหนังสือได้ภายในกี่วัน", "--as", person)
    queue.decide("approve", "en-US", "When does a refund reach my card?", "--as", "dara")  # and here only one so far
    better = "คุณติดตามพัสดุได้ที่ **ฉัน > คำสั่งซื้อ > ติดตามพัสดุ**"
    queue.decide("edit", "th-TH", "พัสดุของฉันอยู่ที่ไหน", "--answer", better, "--category", "style", "--as", "มาลี")
    queue.decide("reject", "th-TH", "จัดส่งฟรีเมื่อไร", "--category", "accuracy", "--cause", "localization", "--as", "มาลี")
    queue.decide("reject", "en-US", "Do you sell used books?", "--comment", "not any more", "--as", "dara")


def _the_articles_change(site: Site) -> None:
    """One sentence that is cited by approved text, one by pending text; an article goes that has both."""
    _replace(site.source / "en/returns.md", "within 14 days", "within 30 days")
    _replace(site.source / "en/delivery.md", "2 to 4 business days", "1 to 3 business days")
    (site.source / "en/gifts.md").unlink()


def _decide_again(site: Site) -> None:
    """The new return window in both languages; that gift wrapping is retired only in American English."""
    queue = _Queue(site)
    queue.decide("approve", "en-US", "How long do I have to return a book?", "--as", "dara")
    queue.decide("approve", "th-TH", "คืนหนังสือได้ภายในกี่วัน", "--as", "มาลี")
    queue.decide("approve", "th-TH", "สมาชิกชมรมนักอ่านได้อะไร", "--as", "มาลี")
    queue.decide("approve", "en-US", None, "--as", "dara")


class _Queue:
    """The changes that wait, by market and question; a retirement has no question."""

    def __init__(self, site: Site) -> None:
        self._site = site
        changes = site.kb("review", "list", "--limit", "1000")["changes"]
        self._ids = {(change["market"], change["question"]): change["id"] for change in changes}

    def decide(self, verdict: str, market: str, question: str | None, *options: str) -> None:
        self._site.kb("review", verdict, self._ids[market, question], *options)


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    if old not in text:
        raise ValueError(f"'{old}' is not in '{file}'")
    file.write_text(text.replace(old, new), "utf-8")
