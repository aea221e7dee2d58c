"""A cheap question that comes before a costly one is never wrong with no: every word of every language passes it.

Words are taken from the languages' files one by one; of patterns Hypothesis writes texts that they match.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.checks import language as language_rules
from kb_pipeline.steps.checks import locale, safety
from kb_pipeline.steps.checks.subject import Subject
from kb_pipeline.steps.facts import addresses
from kb_pipeline.steps.facts.extract import RECOGNISERS, extract
from kb_pipeline.steps.facts.numbers import around_digits, plain
from kb_pipeline.steps.language import negation, prose
from kb_pipeline.steps.language.inflection import forms_by_endings
from kb_pipeline.steps.language.patterns import is_spaced
from kb_pipeline.steps.language.reader import everywhere, languages
from kb_pipeline.steps.language.terms import Lexicon
from tests.steps.checks.subjects import THAI

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def texts_with(word: str) -> Iterator[str]:
    """Texts in which a word may stand, as it is written, with a capital, in capitals."""
    bare = word.replace("*", "")
    for form in {bare, bare.capitalize(), bare.upper(), bare.replace("'", "’")}:
        gap = " " if is_spaced(bare[:1] or " ") else ""
        yield form
        yield f"Zz{gap}{form}{gap}zz."
        yield f"({form}),"


NEGATIONS = [
    (name, word)
    for name, language in languages().items()
    for listed in (language.negation.negations, language.negation.denials)
    for word in listed.words
]


@pytest.mark.parametrize(("language", "word"), NEGATIONS)
def test_every_negation_passes_the_sign(language: str, word: str) -> None:
    words = negation._words(language)
    assert words
    met = [text for text in texts_with(word) if words.denials.search(text)]
    assert all(negation.may_deny(text, language) for text in met)
    listed = languages()[language].negation
    assert met or word not in (listed.denials or listed.negations).words  # the test would say nothing


def patterns_of(choose: Callable[[str], tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, pattern) for name in languages() for pattern in choose(name)]


def negative(name: str) -> tuple[str, ...]:
    listed = languages()[name].negation
    patterns = (*listed.denials.patterns, *listed.negative_words, *(() if listed.denials else listed.negations.patterns))
    return tuple(re.sub(r"\(\?<=\\b(.)\)", "", pattern) for pattern in patterns)  # no text begins with what it looks back at


@pytest.mark.parametrize(("language", "pattern"), patterns_of(negative))
def test_whatever_a_pattern_of_negations_matches_passes_the_sign(language: str, pattern: str) -> None:
    @FEW
    @given(st.from_regex(pattern))
    def check(text: str) -> None:
        assert negation.may_deny(text, language)

    check()


ADJECTIVES = "active valid complete visible accurate correct compatible sufficient accessible eligible consistent"
NEGATIVE_WORDS = (
    *(f"in{adjective}" for adjective in ADJECTIVES.split()),
    *(f"un{word}" for word in ["paid", "known", "set", "safe", "clear", "necessary", "verified", "available", "successful"]),
    *("non-refundable", "nonrefundable", "malformed", "impossible", "improper"),
)


@pytest.mark.parametrize("word", NEGATIVE_WORDS)
def test_every_negative_word_passes_the_sign(word: str) -> None:
    for text in (f"It is {word}.", f"{word.capitalize()}ly" if word.startswith("in") else word.capitalize()):
        assert [text[start:end] for start, end in negation.negative_words(text, "en")] == [text.strip(".").split()[-1]]


def facts_in_words() -> Iterator[tuple[str, str]]:
    """Texts of every language, each with one word of its tables of facts."""
    for name, language in languages().items():
        numbers = ("5", *language.numbers.words, *language.numbers.places)
        for number in numbers:
            yield name, f"{number} {'days' if name == 'en' else 'วัน' if name == 'th' else 'Tage'}"
        for unit in (word for words in language.durations.units.values() for word in words):
            yield from ((name, f"{number} {unit}") for number in numbers[:3])
        yield from ((name, word) for word in language.durations.one_word)
        yield from (
            (name, f"5 {scale} {word}") for word in language.money.currencies for scale in ("", *language.numbers.scales)
        )
        yield from ((name, f"{word} 5") for word in (*language.money.signs, *language.money.percent_before))
        yield from ((name, f"5 {word.strip('*')}") for word in language.money.percent)
        dates, times = language.dates, language.times
        yield from ((name, f"{word} 2568") for word in (*dates.eras, *dates.year_words))
        yield from (
            (name, f"2025{year}3{month}4{day}")
            for year in dates.year_signs
            for month in dates.month_signs
            for day in dates.day_signs
        )
        yield from ((name, f"3 {month} 2025") for month in dates.months)
        yield from ((name, f"9.30 {word}") for word in times.after)
        yield from (
            (name, f"3 {word}") for word in (*times.hours, *times.hours_minutes, *times.afternoon_hours, *times.evening_hours)
        )
        yield from (
            (name, f"{part}9{sign}30{minute}")
            for part in times.parts
            for sign in times.hour_signs
            for minute in times.minute_signs
        )
        yield from ((name, f"{word} 3") for word in times.night)
        yield from ((name, word) for word in times.named)


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_word_of_the_facts_passes_the_cheap_questions(language: str) -> None:
    for text in (text for name, text in facts_in_words() if name == language):
        for written in (text, text.capitalize(), text.upper(), f"zz {text} zz"):
            for recogniser in RECOGNISERS:
                if any(recogniser.find(plain(written), language)):
                    place = around_digits(plain(written)) if recogniser.digits else plain(written)
                    assert recogniser.may_find(place.lower(), language), (written, recogniser)


@pytest.mark.parametrize(
    ("language", "text"),
    [(name, text) for name, text in facts_in_words() if not text.endswith((" วัน", " Tage")) or name in ("th", "de")],
)
def test_every_word_of_the_facts_is_found_in_a_long_text(language: str, text: str) -> None:
    found = extract(text, language)
    filler = ("รอ" if language in ("th", "lo", "km", "my") else "la ") * 60
    assert [(f.kind, f.value, f.unit) for f in extract(f"{filler} {text} {filler}", language)] == [
        (f.kind, f.value, f.unit) for f in found
    ]


@pytest.mark.parametrize("forms", languages()["en"].inflection.irregular)
def test_every_irregular_form_leads_to_its_term(forms: tuple[str, ...]) -> None:
    lexicon = Lexicon((f"{forms[0]} order",), "en")
    assert [len(lexicon.find(f"They {form} orders now.")) for form in forms] == [1] * len(forms)


@pytest.mark.parametrize("word", ["Kauf", "Käufer", "Bestellung", "stornieren", "kaufen", "Haus", "neu", "Los", "offen"])
def test_what_all_forms_of_a_german_word_share_is_in_each(word: str) -> None:
    root, pattern = forms_by_endings(word, "de")

    @FEW
    @given(st.from_regex(pattern, fullmatch=True))
    def check(form: str) -> None:
        assert root in form

    check()


@pytest.mark.parametrize("prefix", languages()["en"].inflection.prefixes)
def test_every_prefix_is_met_with_a_hyphen(prefix: str) -> None:
    assert Lexicon((f"{prefix}order",), "en").find(f"The {prefix}-orders are here.")


@pytest.mark.parametrize("pattern", [prose.NO_PROSE, prose.NO_LENGTH])
def test_all_that_is_no_prose_passes_the_quick_look(pattern: re.Pattern[str]) -> None:
    @FEW
    @given(st.from_regex(pattern))
    def check(text: str) -> None:
        assert prose.prose(text, pattern) == pattern.sub(" ", text)

    check()


@FEW
@given(st.from_regex(prose.NO_TERM))
def test_all_that_holds_no_term_has_its_sign(text: str) -> None:
    assert prose.NO_TERM_SIGN.search(text)


def subject(text: str) -> Subject:
    empty = FaqText(question="", answer="")
    return Subject(
        source=empty, target=FaqText(question="", answer=text), source_language="en", market=THAI, day=date(2026, 1, 1)
    )


@pytest.mark.parametrize("pattern", [*everywhere(lambda language: language.bot_orders.patterns), safety._BORDERS])
def test_every_order_to_the_bot_has_its_sign(pattern: str) -> None:
    @FEW
    @given(st.from_regex(re.compile(pattern, re.MULTILINE)))
    def check(text: str) -> None:
        orders, seen = safety._orders(), subject(text)
        assert any(sign in seen.undisguised for sign in orders.signs)

    check()


def requests_of(name: str) -> tuple[str, ...]:
    listed = languages()[name].secret_requests
    return (*listed.described, *listed.orders)


@pytest.mark.parametrize(("language", "pattern"), patterns_of(requests_of))
def test_every_request_for_a_secret_in_other_words_has_its_sign(language: str, pattern: str) -> None:
    @FEW
    @given(st.from_regex(re.compile(pattern)))
    def check(text: str) -> None:
        assert any(sign in subject(text).undisguised for sign in languages()[language].secret_requests.signs)

    check()


@FEW
@given(st.from_regex(locale._TWELVE))
def test_every_half_day_has_its_sign(text: str) -> None:
    assert locale._HALF_DAY.search(text)


@FEW
@given(st.from_regex(locale._years("th-TH")))
def test_every_year_of_another_era_has_its_sign(text: str) -> None:
    assert locale._YEAR.search(text)


@FEW
@given(st.from_regex(language_rules.LATIN_RUN))
def test_every_run_of_latin_words_ends_with_a_short_one(text: str) -> None:
    assert language_rules._LATIN_WORDS.search(text)


@pytest.mark.parametrize("mark", [".", ","])
def test_every_grouped_number_has_its_mark(mark: str) -> None:
    @FEW
    @given(st.from_regex(locale._GROUPED[mark]))
    def check(text: str) -> None:
        assert mark in text
        assert subject(text).has_digit

    check()


@FEW
@given(st.from_regex(addresses._SCHEME))
def test_every_address_with_a_scheme_has_its_slash(text: str) -> None:
    assert addresses._SLASHES.search(text)


@FEW
@given(st.from_regex(re.compile(addresses._HOST, re.IGNORECASE | re.ASCII)))
def test_every_domain_has_its_dot(text: str) -> None:
    assert addresses._DOTTED.search(text)
