"""The words of the page's own interface, as gettext catalogs: English is `locale/review.pot`, a language is one file more.

A word is found by its key, the message's context. A catalog that lacks a word is an error at start, not a gap on a page.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from kb_pipeline.errors import CatalogError

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"  # its words are the messages themselves
_OPEN = "action."  # the audit trail may know more actions than these words: such a one is shown as it is


class Words:
    """The words in every language that `folder` has a catalog of."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read all catalogs. Raises CatalogError for one that is broken, or lacks a word, or has other placeholders."""
        template = _read(folder / "review.pot", ENGLISH)
        self._words = {str(message.context): _forms(message.id) for message in _messages(template)}
        self._translations: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
        for path in sorted(folder.glob("*/LC_MESSAGES/review.po")):
            locale = path.parts[-3]
            self._translations[locale.replace("_", "-")] = _translations(path, locale, template)
        self.languages = {language: _own_name(language) for language in self._translations}

    def __contains__(self, key: str) -> bool:
        """Whether somebody wrote the word."""
        return key in self._words

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._words)

    def say(self, language: str, key: str, **values: object) -> str:
        """The word of `key`, with `values` put in; `number` chooses the plural. Raises KeyError for a key that nobody wrote."""
        if key not in self and key.startswith(_OPEN):
            return key.removeprefix(_OPEN)
        (english, *plural), translations = self._words[key], self._translations[language]
        if plural:
            return translations.npgettext(key, english, plural[0], int(str(values["number"]))).format(**values)
        return translations.pgettext(key, english).format(**values)

    def language_of(self, wanted: Sequence[str]) -> str:
        """The first language that there is of these tags, or of what they are a variant of (`th-TH`: `th`); else English."""
        known = {language.lower(): language for language in self.languages}
        tags = (tag.split(";")[0].strip().lower() for tag in wanted)
        return next((known[near] for tag in tags for near in (tag, tag.split("-")[0]) if near in known), ENGLISH)


@cache
def load_words() -> Words:
    """The words that the package brings. Raises CatalogError."""
    return Words()


def _read(path: Path, locale: str) -> Catalog:
    try:
        Locale.parse(locale)
        with path.open("rb") as file:
            return read_po(file, locale, abort_invalid=True)
    except (OSError, PoFileError, UnknownLocaleError, ValueError) as error:
        raise _broken(path, locale, error) from error


def _translations(path: Path, locale: str, template: Catalog) -> GNUTranslations:
    catalog = _read(path, locale)
    if faults := list(_faults(catalog, template)):
        more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise CatalogError(f"'{path}': {'; '.join(faults[:5])}{more}", "complete the catalog; docs/adr/0015 says how")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    try:
        return GNUTranslations(compiled)
    except ValueError as error:  # its rule of plurals
        raise _broken(path, locale, error) from error


def _broken(path: Path, locale: str, error: Exception) -> CatalogError:
    return CatalogError(f"'{path}' is no catalog of '{locale}': {error}", "mend the file, or export it again")


def _faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """What makes `catalog` unfit, each with its key."""
    for message in _messages(template):
        found = catalog.get(message.id, message.context)
        if found is None or found.fuzzy or not all(_forms(found.string)):
            yield f"'{message.context}' is not translated"
        elif any(_placeholders(text) != _placeholders(_forms(message.id)[-1]) for text in _forms(found.string)):
            yield f"'{message.context}' has other placeholders than the English word"
    for message in _messages(catalog):
        if template.get(message.id, message.context) is None:
            yield f"'{message.context}' is no word of the page (any more)"


def _messages(catalog: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalog if message.id)


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text, or its singular and plural forms; empty ones where there is none."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(text: str) -> set[str] | None:
    """The names in braces; None where the braces are broken."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _own_name(language: str) -> str:
    """The language's name in itself, e.g. `ไทย`, as CLDR gives it."""
    return Locale.parse(language, sep="-").get_display_name() or language
