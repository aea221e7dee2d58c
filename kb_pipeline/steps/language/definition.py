"""What a language is, as data: the shape of `data/<language>.yaml`. No words here, and no rules; `reader` reads the files.

Every key may be left out, and so may the whole file: what nobody has written down is not known of the language. A list of words
is a list, or one text with spaces between them. `patterns` are regular expressions, for what a list of words cannot say.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from kb_pipeline.domain.base import Value


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    return tuple(tuple(pair.split("/")) for pair in value.split()) if isinstance(value, str) else value


def _pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Pattern = Annotated[str, BeforeValidator(_pattern)]


class Wording(Value):
    """Words and, where words say too little, patterns. A plain list is a list of words; `kein*` is every word in `kein`."""

    words: Words = ()
    patterns: tuple[Pattern, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"words": value} if isinstance(value, str | list) else value

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.words or self.patterns)


class SentenceEnds(Value):
    """Where sentences end. `stops`: whether they end with a stop; without, they end at some of the spaces."""

    stops: bool = True
    abbreviations: Words = ()  # without their last stop: no sentence ends there
    may_end: Words = ()  # the same for those that a sentence may end with, which the next word decides
    starters: Words = ()  # words that begin a sentence after one of `may_end`
    months: Words = ()  # what follows a day's number and its stop: 3. Oktober
    before_number: Words = ()  # with their stop: No. 5
    counted: Words = ()  # what a number and a space belong to: 7 วัน
    conditions: Words = ()  # a sentence that only begins with one of these goes on behind a space
    conjunctions: Words = ()  # no sentence begins with these


class Negation(Value):
    """What turns a statement into its opposite: `negations` to compare texts, `denials` that a translation must carry."""

    negations: Wording = Wording()
    no_negations: Wording = Wording()  # what holds a negation's letters and is none
    denials: Wording = Wording()  # to the letter; without it they are the negations
    no_denials: Wording = Wording()  # set phrases that deny nothing; without it they are `no_negations`
    sign: Pattern = ""  # quicker than the denials and negative words, and in every text that has one of them
    hints: Wording = Wording()  # letters, in lower case, of what a translator may put as a negation
    negative_words: tuple[Pattern, ...] = ()  # words that languages with `negates_words` render with a negation
    negates_words: bool = False


class Questions(Value):
    """How somebody asks, and how the one who answers speaks."""

    asking: Mapping[str, Wording] = Field(default_factory=dict)  # what asks for something, by its sense: how, when, why
    yes_no: Wording = Wording()  # what makes a question of a sentence
    denied: tuple[Pattern, ...] = ()  # a yes-no question's denial, with which it asks the same: can't I
    conditions: Wording = Wording()  # what begins a case that is asked about: if it does not open
    telling: tuple[Pattern, ...] = ()  # what the one who answers says, and nobody who asks: you can


class YesNo(Value):
    """What an answer begins with: yes, or no."""

    yes: Words
    no: Words
    begins_only: Words = ()  # which by themselves are no answer: not


class StopWords(Value):
    """Words that carry no claim of their own, beside those of a `library`, of which some are `kept` as words that do."""

    words: Words = ()
    library: Literal["", "pythainlp"] = ""
    kept: Words = ()


class Lexicon(Value):
    """What is a word of the language: what a `library` lists, and `words` that it lacks (brands, loan words of the field)."""

    library: Literal["", "pythainlp"] = ""
    words: Words = ()
    loan_marks: Words = ()  # letters of which loan words have one: what is unknown and has one may still be a word


class Inflection(Value):
    """How words change. `english`: by English rules of spelling; `endings`: by the endings given here."""

    method: Literal["", "english", "endings"] = ""
    irregular: tuple[Words, ...] = ()  # all forms of a word, the one of the dictionary first
    stem_endings: Words = ()  # what is cut off words of ASCII letters to compare them
    prefixes: Words = ()  # with or without a hyphen: email, e-mail
    noun_endings: Words = ()
    verb_endings: Words = ()  # instead of a final en
    lost_in_compounds: Words = ()  # endings that a noun may lose as the first part of a compound: Rücksend(ung)ekosten
    capitalized_nouns: bool = False


class Particles(Value):
    """Particles that are written onto words: a word ends behind one that comes `first`, before one that comes `last`."""

    first: Words = ()
    last: Words = ()


class Speakers(Value):
    """Words by which a man or a woman is heard to speak."""

    he: Words = ()
    she: Words = ()


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
    one_word: Mapping[str, Annotated[tuple[str, str], BeforeValidator(_words)]] = Field(default_factory=dict)
    fractions: Mapping[str, Annotated[tuple[str, str], BeforeValidator(_words)]] = Field(default_factory=dict)  # half an hour
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


class BotOrders(Value):
    """Orders to a bot that reads the text, and `sign`: letters of which every order has some, in lower case."""

    patterns: tuple[Pattern, ...] = ()
    sign: tuple[str, ...] = ()


class SecretRequests(Value):
    """How customers are asked for a secret: patterns with `{}` for one, `to` whom; `allowed` says that nobody is asked."""

    secrets: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


class Beside(Value):
    """Words that stand right before or right after another one and say what part it plays."""

    before: Words = ()
    after: Words = ()


Meanings = Mapping[str, Words]  # phrases by the value that they say, by `value?` where they only may say it


class Cues(Value):
    """What says that a sentence commits to something, by kind; `steps.meaning.values` lists the kinds and their values.

    A phrase is whole in scripts with spaces, one with a star goes on (`kauf*`). In `bound` a `_` is the place of the number.
    `nothing` are phrases that hold a cue's letters and are none. `behind`: kinds whose cues follow what they govern.
    """

    behind: Words = ()
    names: Words = ()  # of products and platforms that every language writes so; they are names wherever they stand
    negated: Mapping[str, str] = Field(default_factory=dict)  # what a modality says together with a negation
    bound: Meanings = Field(default_factory=dict)
    only: Meanings = Field(default_factory=dict)
    condition: Meanings = Field(default_factory=dict)
    time: Meanings = Field(default_factory=dict)
    event: Meanings = Field(default_factory=dict)
    role: Meanings = Field(default_factory=dict)
    quantity: Meanings = Field(default_factory=dict)
    alternative: Meanings = Field(default_factory=dict)
    promise: Meanings = Field(default_factory=dict)
    modality: Meanings = Field(default_factory=dict)
    denial: Meanings = Field(default_factory=dict)
    contrast: Words = ()  # between two clauses of which one may deny what the other affirms: but
    agent: Beside = Beside()  # beside the role that does something
    object: Beside = Beside()  # beside a role to which something is done
    origin: Beside = Beside()  # beside a role from which something comes, which may be said as what that role does


class Sameness(Value):
    """What two questions are compared by. A word that is in none of the lists is compared as it is written.

    `groups`: phrases that ask for the same, each group with commas between them; `a+b` in the first place stands for two
    words. `empty`: words that ask for nothing of their own: how, can, item. `light`: lists of words that may be left out, but
    none is another of its list: use, send.
    """

    groups: tuple[str, ...] = ()
    empty: Wording = Wording()
    light: tuple[str, ...] = ()
    thresholds: Mapping[Literal["same", "like", "answer"], float] = Field(default_factory=dict)  # see steps.relate.decision


class PrivateWords(Value):
    """Words before a secret or somebody's data, by what follows them; `no_data`: before numbers that are nobody's."""

    id: tuple[str, ...] = ()
    card: tuple[str, ...] = ()
    passport: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    password: tuple[str, ...] = ()
    password_before_sign: tuple[str, ...] = ()  # words that mean one only where a sign follows: `Pass: ...`
    about_password: tuple[str, ...] = ()  # what is said of passwords in the place of one: required
    login: tuple[str, ...] = ()  # before a name and a password together
    of: tuple[str, ...] = ()  # between a word for a secret and whose it is: for
    equals: tuple[str, ...] = ()  # between such a word and a secret, beside : and =
    no_data: tuple[str, ...] = ()
    goods: tuple[
        str, ...
    ] = ()  # of what was sent: before a bare number that would pass for an id or a card, not for a telephone


class AccountWords(Value):
    """Words before the name of an account, which lead people to it: LINE ID shop99."""

    messengers: Words = ()
    common_messengers: Words = ()  # those that are a common word unless in capitals: LINE
    no_messengers: Words = ()  # what holds a messenger's letters and is none
    ids: Words = ()
    add: Words = ()  # what asks people to add or to write to an account
    befriend: Words = ()  # the same, where only an account of a messenger can be meant


class Language(Value):
    """A language, as far as it is written down."""

    length: int = 100  # characters without spaces that say what 100 English ones say
    spaces: bool = True  # between words
    charset: str = ""  # a Python codec that has all letters of the language: what it lacks is another language's
    common_words: Words = ()  # of this language and of no other one here
    function_words: Words = ()
    shared_function_words: Words = ()  # those that other Latin languages have, too
    articles: Words = ()
    telephone_words: Words = ()  # before a telephone number
    private_words: PrivateWords = PrivateWords()
    account_words: AccountWords = AccountWords()
    spoken_dots: Words = ()  # what is said for the dot of an address: shop dot com
    spoken_tops: Mapping[str, str] = Field(default_factory=dict)  # top-level domains in the language's own letters
    pointing_back: Words = ()  # with which a sentence begins that needs the one before it: it, this
    joins: Words = ()  # words that begin another part of a sentence, which may speak of another thing: and, but
    new_words: Words = ()  # that the dictionaries lack, and whose letters make other words with those beside them: แอปใหม่
    opposites: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)] = ()
    sameness: Sameness = Sameness()
    sentence_ends: SentenceEnds = SentenceEnds()
    negation: Negation = Negation()
    questions: Questions = Questions()
    verdict: YesNo | None = None
    stop_words: StopWords = StopWords()
    lexicon: Lexicon = Lexicon()
    inflection: Inflection = Inflection()
    particles: Particles = Particles()
    speakers: Speakers = Speakers()
    numbers: Numbers = Numbers()
    money: Money = Money()
    durations: Durations = Durations()
    dates: Dates = Dates()
    times: Times = Times()
    units: Units = Units()
    bot_orders: BotOrders = BotOrders()
    secret_requests: SecretRequests = SecretRequests()
    cues: Cues = Cues()
