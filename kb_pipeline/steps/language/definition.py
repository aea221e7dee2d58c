"""What a language is, as data: the shape of `data/<language>.yaml`. No words here, and no rules; `reader` reads the files.

Every key may be left out, and so may the whole file: what nobody has written down is not known of the language. A list of words
is a list, or one text with spaces between them. `patterns` are regular expressions, for what a list of words cannot say.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.definition_facts import Dates, Durations, Money, Numbers, Times, Units
from kb_pipeline.steps.language.definition_trust import AccountWords, BotOrders, PrivateWords, SecretRequests
from kb_pipeline.steps.language.definition_words import Meanings, Pattern, Wording, Words, split_pairs


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


class Beside(Value):
    """Words that stand right before or right after another one and say what part it plays."""

    before: Words = ()
    after: Words = ()


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
    opposites: Annotated[tuple[tuple[str, str], ...], BeforeValidator(split_pairs)] = ()
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
