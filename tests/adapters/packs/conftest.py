"""Two small packs, whole, which each test spoils as it likes."""

from pathlib import Path

import pytest

MARKET_YAML = """\
tag: {tag}
name: Somewhere
language_name: Some language
fallback: []
limits:
  question: 90
conventions:
  currency: {currency}
  scripts:
    - {script}
  spelling:
    colour: color
  tone:
    avoid: [du]
examples:
  - source: {{question: "Q?", answer: A.}}
    target: {{question: ถามไหม, answer: ตอบ}}
clauses:
  - topic: returns
    any_of: [right of withdrawal, สิทธิ]
    text: Your right of withdrawal stays.
    when: [return]
    source: LAW-1
unavailable:
  - name: same-day delivery
    words: [same-day]
    source: LOG-1
"""
TABLES = {
    "termbase.csv": "source,target,status,note,source_lang\nparcel,พัสดุ,preferred,,en\nparcel,ห่อของ,forbidden,Casual,en\n",
    "ui_strings.csv": "key,source,target\nnav.me,Me,ฉัน\nnav.orders,Orders,คำสั่งซื้อ\n",
    "facts.csv": (
        "key,source_value,value,valid_from,valid_until,source\n"
        "fee,$4.99,฿50,2025-02-10,2025-12-31,TH-1\n"
        'limit,$300,"฿10,000",,,TH-2\n'
    ),
    "style.md": "# Style\n\nสุภาพ\n",
}


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Two small, faultless packs."""
    for tag, currency, script in (("en-US", "USD", "Latn"), ("th-TH", "THB", "Thai")):
        folder = tmp_path / "locales" / tag
        folder.mkdir(parents=True)
        (folder / "market.yaml").write_text(MARKET_YAML.format(tag=tag, currency=currency, script=script), "utf-8")
        for name, text in TABLES.items():
            (folder / name).write_text(text, "utf-8")
    return tmp_path / "locales"
