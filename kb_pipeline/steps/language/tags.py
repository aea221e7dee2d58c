"""BCP-47 tags: their primary subtag, how their language is called, which of several is meant. No tables of words here."""

from collections.abc import Sequence
from difflib import get_close_matches

from babel import Locale, UnknownLocaleError

UNDETERMINED = "und"
_NEAR = 0.75  # of difflib: one letter of five


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


def known_tag(text: str, known: Sequence[str]) -> str | None:
    """`text` as one of the `known` tags writes it: case tells no two tags apart (RFC 5646); None if it is none of them."""
    return next((tag for tag in known if tag.casefold() == text.strip().casefold()), None)


def nearest_tag(text: str, known: Sequence[str]) -> str | None:
    """The known tag that `text` is a slip of: a letter, a hyphen, the language alone where one tag has it. None: none."""
    slip = text.strip().replace("_", "-").casefold()
    if found := known_tag(slip, known):
        return found
    near = get_close_matches(slip, [tag.casefold() for tag in known], n=1, cutoff=_NEAR)
    of_language = [tag for tag in known if primary(tag) == slip]
    return known_tag(near[0], known) if near else of_language[0] if len(of_language) == 1 else None
