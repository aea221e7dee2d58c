"""Subjects and findings for the tests of the rules."""

from datetime import date

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Clause, Conventions, Market, MarketFact, Tone, Unavailable
from kb_pipeline.steps.checks import RULES, Subject

THAI = Market(
    tag="th-TH",
    name="Thailand",
    language_name="Thai",
    conventions=Conventions(
        currency="THB",
        buddhist_era=True,
        full_stop=False,
        scripts=("Thai", "Latn"),
        tone=Tone(particles=("ครับ", "ค่ะ", "คะ", "นะคะ"), particle_use="never"),
    ),
    clauses=(
        Clause(
            topic="refund",
            any_of=("ภายใน 7 วัน", "ใน 7 วัน"),
            text="ขอคืนเงินได้ภายใน 7 วัน",
            when=("refund", "คืนเงิน"),
            source="LAW-7",
        ),
    ),
    unavailable=(Unavailable(name="gift cards", words=("gift card", "บัตรของขวัญ"), source="TH-9"),),
    facts=(MarketFact(key="support-phone", source_value="", value="02-123-4567", source="TH-1"),),
    fingerprint="th",
)
GERMAN = Market(
    tag="de-DE",
    name="Germany",
    language_name="German",
    conventions=Conventions(currency="EUR", tone=Tone(avoid=("du", "dein", "deine"))),
    fingerprint="de",
)
JAPANESE = Market(
    tag="ja-JP",
    name="Japan",
    language_name="Japanese",
    conventions=Conventions(
        currency="JPY", scripts=("Hani", "Hira", "Kana", "Latn"), tone=Tone(endings=("です", "ます", "ください"))
    ),
    fingerprint="ja",
)
AMERICAN = Market(
    tag="en-US", name="United States", language_name="English", conventions=Conventions(currency="USD"), fingerprint="us"
)


def found(rule: str, source: str, target: str, market: Market = THAI, language: str = "en", **more) -> list[Finding]:
    """What one rule finds; `asked` and `question` are the texts' questions."""
    subject = Subject(
        source=FaqText(question=more.pop("asked", ""), answer=source),
        target=FaqText(question=more.pop("question", ""), answer=target),
        source_language=language,
        market=market,
        day=date(2025, 7, 1),
        **more,
    )
    return list(next(r for r in RULES if r.id == rule)(subject))


def fixed(rule: str, source: str, target: str, market: Market = THAI) -> str:
    """The target with all fixes of one rule put in."""
    for finding in sorted(found(rule, source, target, market), key=lambda f: f.start or 0, reverse=True):
        if finding.fix is not None:
            target = target[: finding.start] + finding.fix + target[finding.end :]
    return target
