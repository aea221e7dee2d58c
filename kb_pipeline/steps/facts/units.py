"""What counts count: `3 items`, `3 ชิ้น` and `3件` are of one unit, whose words the languages' files list. No other is a unit."""

import re
from functools import cache, lru_cache

from kb_pipeline.steps.language.patterns import any_of
from kb_pipeline.steps.language.reader import everywhere, language_of, languages

_SYMBOLS = {  # of all languages
    "kilobyte": "KB", "megabyte": "MB", "gigabyte": "GB", "kilogram": "kg", "gram": "g", "kilometre": "km", "metre": "m",
    "centimetre": "cm", "millimetre": "mm",
}  # fmt: skip


def unit_after(text: str, end: int, language: str) -> str:
    """The unit of a number that ends at `end`, as its canonical English name; empty where none is known."""
    match = _pattern(language).match(text, end)
    return (match.lastgroup or "") if match else ""


@lru_cache(maxsize=256)
def _pattern(language: str) -> re.Pattern[str]:
    counted = language_of(language).units.counted
    units = "|".join(
        rf"(?P<{unit}>(?:{any_of(words)})(?![A-Za-zÀ-ÿ]))" for unit, words in (*counted.items(), *_measures().items())
    )
    fillers = any_of(everywhere(lambda own: own.units.fillers))
    return re.compile(rf"(?:[ \u00a0-](?:(?:{fillers})\s)?)?(?:{units})", re.IGNORECASE)


@cache
def _measures() -> dict[str, tuple[str, ...]]:
    """The words of measures in all languages, with their symbols."""
    listed = [language.units.measures for language in languages().values()]
    return {unit: (symbol, *(word for table in listed for word in table.get(unit, ()))) for unit, symbol in _SYMBOLS.items()}
