"""What is known of a market's form before anybody decides anything: from CLDR through Babel, and what Babel leaves out."""

from datetime import date, time
from decimal import Decimal

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_territory_currencies
from langcodes.tag_parser import LanguageTagError

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import BUDDHIST_OFFSET
from kb_pipeline.domain.markets import Conventions
from kb_pipeline.errors import UsageError
from kb_pipeline.steps.language.tags import primary

_BUDDHIST = frozenset({"TH"})  # territories whose first calendar is the Buddhist (CLDR calendarPreferenceData)
_SCRIPTS = {  # of likely subtags that stand for several scripts; the others stand for themselves
    "Jpan": ("Hira", "Kana", "Hani"), "Kore": ("Hang",), "Hans": ("Hani",), "Hant": ("Hani",),
}  # fmt: skip
_NO_FULL_STOP = frozenset({"th", "lo"})  # a space ends a sentence
_QUESTION_MARKS = {  # what ends a question; the others use ?
    "ja": (), "th": (), "lo": (), "my": (), "el": (";", "\u037e"), "zh": ("？", "?"), "yue": ("？", "?"), "am": ("፧", "?"),
    "hy": ("՞",), "ar": ("؟",), "fa": ("؟",), "ur": ("؟",), "ps": ("؟",), "ug": ("؟",), "sd": ("؟",), "ckb": ("؟",),
}  # fmt: skip
_BEFORE_QUESTIONS = {"es": "¿", "gl": "¿", "ast": "¿"}
_QUOTES = {  # CLDR's delimiters, which Babel does not carry; the others use “ ”
    **dict.fromkeys(("de", "cs", "sk", "bg", "sl", "is", "et", "lt", "ka", "sr", "hr", "mk"), ("„", "“")),
    **dict.fromkeys(("pl", "hu", "ro"), ("„", "”")),
    **dict.fromkeys(("fr", "it", "es", "el", "ru", "uk", "be", "nb", "nn", "no", "fa", "hy", "sq", "ca"), ("«", "»")),
    **dict.fromkeys(("sv", "fi", "he"), ("”", "”")),
    "ja": ("「", "」"), "nl": ("‘", "’"), "ar": ("”", "“"),
}  # fmt: skip
_QUOTES_IN = {"es-MX": ("“", "”"), "es-US": ("“", "”"), "pt-PT": ("«", "»"), "zh-TW": ("「", "」"), "zh-HK": ("「", "」")}
_DAY, _TIME = date(2025, 3, 1), time(14, 30)


class Samples(Value):
    """How a market writes: its own forms of one number, amount, share, day and hour."""

    number: str
    money: str
    percent: str
    date: str
    time: str
    hours: int  # on the clock: 12 or 24
    quotes: str
    before_questions: str = ""


def market_tag(text: str) -> str:
    """`text`, if it is a market's tag: BCP-47 in its standard form, of a language and a territory that CLDR knows.

    Raises UsageError, whose remedy names the nearest tag.
    """
    try:
        standard = langcodes.standardize_tag(text)
    except LanguageTagError:
        raise UsageError(f"'{text}' is no BCP-47 tag", _hint(_by_name(text))) from None
    language = langcodes.Language.get(standard)
    if not primary(standard).isalpha() or not langcodes.tag_is_valid(text):
        raise UsageError(f"'{text}' is no BCP-47 tag: no such language or region", _hint(_by_name(text)))
    if not language.territory:
        raise UsageError(f"'{text}' names no territory, and so no currency and no law", _hint(_likely(standard)))
    if standard != text:
        raise UsageError(f"'{text}' is not the standard form", _hint(standard))
    if not get_territory_currencies(language.territory):
        raise UsageError(f"'{text}' is no single market: '{language.territory}' has no currency of its own", _hint(""))
    try:
        Locale.parse(primary(text))
    except UnknownLocaleError:
        raise UsageError(f"CLDR has no conventions for '{text}'", "copy the folder of another pack, and edit it") from None
    return text


def language_name(tag: str) -> str:
    """The language in English, as a prompt names it: `Vietnamese`, `Mexican Spanish`, `Traditional Chinese`."""
    known, script = Locale("en").languages, langcodes.Language.get(tag).maximize().script
    names = (known.get(form) for form in (tag.replace("-", "_"), f"{primary(tag)}_{script}", primary(tag)))
    return str(next(filter(None, names), tag))


def territory_name(tag: str) -> str:
    """The territory in English."""
    territory = langcodes.Language.get(tag).territory or ""
    return str(Locale("en").territories.get(territory, territory))


def conventions_of(tag: str) -> Conventions:
    """The conventions of a market that nobody has described yet."""
    language = langcodes.Language.get(tag).maximize()
    script, territory = language.script or "Latn", language.territory or ""
    return Conventions(
        currency=get_territory_currencies(territory)[0],
        buddhist_era=territory in _BUDDHIST,
        full_stop=primary(tag) not in _NO_FULL_STOP,
        scripts=tuple(dict.fromkeys((*_SCRIPTS.get(script, (script,)), "Latn"))),
        question_marks=_QUESTION_MARKS.get(primary(tag), ("?",)),
    )


def samples_of(tag: str, conventions: Conventions) -> Samples:
    """The market's forms, with its own currency and era."""
    locale = _locale(tag)
    pattern = locale.time_formats["short"].pattern
    opening, closing = _QUOTES_IN.get(tag) or _QUOTES.get(primary(tag), ("“", "”"))
    return Samples(
        number=format_decimal(Decimal("1234567.5"), locale=locale),
        money=format_currency(Decimal(1250), conventions.currency, locale=locale),
        percent=format_percent(Decimal("0.25"), locale=locale),
        date=_date(locale, conventions),
        time=format_time(_TIME, "short", locale=locale),
        hours=24 if "H" in pattern or "k" in pattern else 12,
        quotes=f"{opening} {closing}",
        before_questions=_BEFORE_QUESTIONS.get(primary(tag), ""),
    )


def _date(locale: Locale, conventions: Conventions) -> str:
    """The day in CLDR's long form; Babel knows no Buddhist years, so they are counted here, and the era is left out."""
    if not conventions.buddhist_era:
        return format_date(_DAY, "long", locale=locale)
    pattern = locale.date_formats["long"].pattern.replace("G ", "")
    return format_date(_DAY.replace(year=_DAY.year + BUDDHIST_OFFSET), pattern, locale=locale)


def _locale(tag: str) -> Locale:
    """CLDR's nearest locale: of the tag, else of its language."""
    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return Locale.parse(primary(tag))


def _by_name(text: str) -> str:
    """The likely tag of a language that is called `text` in English; empty if none is."""
    names = {name.casefold(): code for code, name in Locale("en").languages.items()}
    code = names.get(text.strip().casefold())
    return _likely(code.replace("_", "-")) if code else ""


def _likely(tag: str) -> str:
    """The tag with its likely territory."""
    language = langcodes.Language.get(tag)
    territory = language.territory or language.maximize().territory
    return f"{tag}-{territory}" if territory and not language.territory else tag


def _hint(tag: str) -> str:
    return f"did you mean '{tag}'?" if tag else "write the language, a hyphen, the REGION, as other packs do"
