"""What counts count: `3 items`, `3 ชิ้น` and `3件` are of one unit. The table is small; a unit outside of it is no unit."""

import re
from functools import cache

from kb_pipeline.steps.language.tags import primary

# The canonical name of each unit, with its words. A word that stands for several units belongs in none of them:
# Thai ใบ counts cards, receipts and boxes, Chinese 个 and Japanese 個 count nearly anything.
_UNITS: dict[str, dict[str, str]] = {
    "item": {"en": "items?|pieces?|pcs", "th": "ชิ้น|รายการ", "zh": "件", "ja": "点|品", "de": "Artikel|Stück"},
    "person": {"en": "people|persons?", "th": "คน", "zh": "人|位", "ja": "人|名", "de": "Personen|Person|Leute"},
    "time": {"en": "times", "th": "ครั้ง", "zh": "次", "ja": "回", "de": "Mal"},
    "character": {"en": "characters?|letters", "th": "ตัวอักษร|อักขระ", "zh": "个?字符|字", "ja": "文字", "de": "Zeichen"},
    "digit": {"en": "digits?|-digit", "th": "หลัก", "zh": "位数", "ja": "桁", "de": "Ziffern|Stellen|-stellig|stellig"},
    "point": {"en": "points?", "th": "คะแนน|แต้ม", "zh": "积分|分", "ja": "ポイント", "de": "Punkte?"},
    "photo": {
        "en": "photos?|pictures?|images?",
        "th": "รูป|ภาพ",
        "zh": "张照片|张图片",
        "ja": "枚の写真",
        "de": "Fotos?|Bilder",
    },
    "page": {"en": "pages?", "th": "หน้า", "zh": "页", "ja": "ページ", "de": "Seiten?"},
    "kilobyte": {"": "KB|kilobytes?|กิโลไบต์"},
    "megabyte": {"": "MB|megabytes?|เมกะไบต์"},
    "gigabyte": {"": "GB|gigabytes?|กิกะไบต์"},
    "kilogram": {"": "kg|kilograms?|kilogramm|กิโลกรัม|กก\\.|公斤|千克|キログラム"},
    "gram": {"": "g|grams?|gramm|กรัม|克|グラム"},
    "kilometre": {"": "km|kilomet(?:er|re)s?|กิโลเมตร|กม\\.|公里|千米|キロメートル"},
    "metre": {"": "m|met(?:er|re)s?|เมตร|米|メートル"},
    "centimetre": {"": "cm|centimet(?:er|re)s?|เซนติเมตร|ซม\\.|厘米|センチ(?:メートル)?"},
    "millimetre": {"": "mm|millimet(?:er|re)s?|มิลลิเมตร|มม\\.|毫米|ミリメートル"},
}


def unit_after(text: str, end: int, language: str) -> str:
    """The unit of a number that ends at `end`, as its canonical English name; empty where none is known."""
    match = _pattern(language).match(text, end)
    return (match.lastgroup or "") if match else ""


@cache
def _pattern(language: str) -> re.Pattern[str]:
    own = primary(language)
    named = ((unit, words.get(own) or words.get("")) for unit, words in _UNITS.items())
    units = "|".join(rf"(?P<{unit}>(?:{words})(?![A-Za-zÀ-ÿ]))" for unit, words in named if words)
    return re.compile(rf"(?:[ \u00a0-](?:or\s|more\s|additional\s)?)?(?:{units})", re.IGNORECASE)
