"""BCP-47 tags of languages: their primary subtag, and how the language is called. No tables of words here."""

from babel import Locale, UnknownLocaleError

UNDETERMINED = "und"


def primary(language: str) -> str:
    """The primary subtag of a BCP-47 tag: `zh` for `zh-CN`."""
    return language.split("-", 1)[0].lower()


def language_name(tag: str) -> str:
    """The English name of a BCP-47 tag's language, e.g. `Thai` for `th-TH`; the tag itself if it has none."""
    if tag == UNDETERMINED:
        return tag
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag
