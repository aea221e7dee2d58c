"""How a language says numbers, money, durations, dates, times and units: a part of `definition`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.definition_words import Pattern, Wording, Words, split_words


class Numbers(Value):
    """Number words. `writing`: `spaced` twenty-five, `joined` ยี่สิบห้า without a space, `listed` as they are in the list."""

    writing: Literal["listed", "spaced", "joined"] = "listed"
    words: Mapping[str, int] = Field(default_factory=dict)
    places: Mapping[str, int] = Field(default_factory=dict)  # what the digit before it is multiplied by
    joint: str = ""  # between ones and tens in one word: fünfundzwanzig
    joined_only: Words = ()  # digits that only stand behind or before a place: เอ็ด
    scales: Mapping[str, int] = Field(default_factory=dict)  # behind digits: 5 million
    to: Words = ()  # between the ends of a range
    joins: Words = ()  # the same, but only where `between` stands before
    between: Words = ()
    ordinals: Mapping[str, int] = Field(default_factory=dict)  # second: 2
    ordinal_marks: Words = ()  # around a number that is an ordinal: 第_
    no_numbers: Words = ()  # words that begin like a number and are none
    times: Words = ()  # written onto a number word: zweimal
    classifiers: Words = ()  # what number words of a script without spaces count: 三张
    alone: Mapping[str, int] = Field(default_factory=dict)  # words that say how often, with no more: twice
    classifies: Mapping[str, Words] = Field(default_factory=dict)  # by a classifier, the units that it may count
    may: Mapping[str, int] = Field(default_factory=dict)  # words that stand for a number, and for something else: both


class Money(Value):
    """Currencies by their words, with their ISO 4217 codes; the words of per cent, `kein*` as in a wording."""

    currencies: Mapping[str, str] = Field(default_factory=dict)
    signs: Mapping[str, str] = Field(default_factory=dict)  # words that also stand before the amount
    percent: Words = ()
    percent_before: Words = ()
    percent_alone: Mapping[str, int] = Field(default_factory=dict)  # half price: 50
    fractions: Mapping[str, int] = Field(default_factory=dict)  # a quarter of: 25, which may also be said without a fact
    tenths: Words = ()  # behind a number of tenths: 2割
    tenths_left: Words = ()  # behind the tenths that are still to be paid: 九折


class Durations(Value):
    """Units of time beside CLDR's words, and durations in one word: `biweekly: 2 week`."""

    units: Mapping[str, Words] = Field(default_factory=dict)
    one_word: Mapping[str, Annotated[tuple[str, str], BeforeValidator(split_words)]] = Field(default_factory=dict)
    fractions: Mapping[str, Annotated[tuple[str, str], BeforeValidator(split_words)]] = Field(
        default_factory=dict
    )  # half an hour
    not_before: Mapping[str, Pattern] = Field(default_factory=dict)  # by unit word, what follows it where it is no unit
    endings: int = 0  # letters that a unit word may end with: Tagen
    fillers: Words = ()  # between number and unit: 3 full days
    halves: Wording = Wording()  # half a unit more, before or behind the unit: two and a half days


class Dates(Value):
    """Dates beside CLDR's names of months."""

    months: Mapping[str, int] = Field(default_factory=dict)
    capitalized_months: bool = False  # may is also a verb
    whole_months: bool = True  # whether no letter may touch a month's name
    month_first: bool = False  # whether 6/7/2025 may be in June
    ordinals: Words = ()  # behind the day's number
    of: Words = ()  # between day and month
    of_year: Words = ()  # between month and year
    eras: Words = ()  # before a year
    buddhist_eras: Words = ()  # those of them that count Buddhist years
    year_words: Words = ()  # words before a year
    era_names: Mapping[str, int] = Field(default_factory=dict)  # with the year before their first: 令和7年
    first_years: Words = ()  # what an era's first year is called instead of 1
    century: int = 0  # what a year of two digits behind a month's abbreviation is added to
    year_signs: Words = ()  # 2025年3月3日
    month_signs: Words = ()
    day_signs: Words = ()


class Times(Value):
    """Times of day."""

    after: Words = ()  # behind hours and minutes in digits: 9.00 น.
    to: Words = ()  # between two times
    hours: Words = ()  # behind the hour
    hours_minutes: Words = ()  # behind the hour, before minutes: 9 Uhr 30
    afternoon_hours: Words = ()  # behind an hour of the afternoon
    evening_hours: Words = ()  # behind an hour that counts from six in the evening
    hour_signs: Words = ()  # 3点15分
    bare_hour_signs: Words = ()  # those of them that need the part of the day before: 3点 is also three points
    minute_signs: Words = ()
    no_hour_before: Words = ()  # 3時間 is a duration
    night: Words = ()  # before an hour from one to five
    parts: Words = ()  # of the day, before the hour
    afternoon: Words = ()  # those of the parts that are behind noon
    named: Mapping[str, str] = Field(default_factory=dict)


class Units(Value):
    """What counts count, by the unit's English name. `measures` are met in texts of any language."""

    counted: Mapping[str, Words] = Field(default_factory=dict)
    measures: Mapping[str, Words] = Field(default_factory=dict)
    fillers: Words = ()  # between number and unit: 3 more items
