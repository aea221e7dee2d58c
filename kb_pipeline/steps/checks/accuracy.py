"""What must come through as it is, or as the market's own fact says: amounts, periods, dates, placeholders, links."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.steps.checks.subject import ANSWER, QUESTION, Flaw, Subject, rule
from kb_pipeline.steps.facts import FactComparison
from kb_pipeline.steps.facts.compare import comparison_value, facts_of
from kb_pipeline.steps.facts.ruling import ruling
from kb_pipeline.steps.language.prose import WHOLE_CODE
from kb_pipeline.steps.language.scripts import letters_of
from kb_pipeline.steps.meaning import Kind, Reading
from kb_pipeline.steps.meaning.numbers import is_count, words_for_numbers

_SOFT = (FactKind.COUNT, FactKind.TIME)  # counts may be meant otherwise; times are written in many ways
_COPIED = 70.0  # rapidfuzz ratio; of 39 Thai texts of the embedded model 3 copies scored 80 to 100, all others at most 56
_FOR_PEOPLE = re.compile(r"\\?<your .*>|\[[a-z].*\]")  # `[phone number]`, `<your name>`: no program fills them in
_IN_OWN_WORDS = re.compile(r"<[^<>/!\n][^<>\n]{1,60}>|\[[^\[\]()!\n]{3,60}\](?![(\[:])")
_DIGIT_OF_NAME = re.compile(r"[0-9](?:(?<=[A-Za-z_].)|(?<=[A-Za-z_][\\.-].))")  # begins with a class, so that the engine skips
_NAME = re.compile(r"(?<![A-Za-z0-9_À-ÿ])(?:[A-Za-z]|(?<!\w)_)[A-Za-z_]*+[\\.-]?[0-9][A-Za-z0-9_\\.-]*")
_DIGIT = re.compile("[0-9]")
_COMPOUND = re.compile(r"-[A-Za-zÀ-ÿ]{3,}$")  # a name is the first part of a German compound: MP3-Datei
_LOCALE_STEP = re.compile(r"/[a-z]{2}(?:-[A-Za-z]{2,4})?(?=/|$)")


@rule("facts-preserved", MqmCategory.ACCURACY, Severity.CRITICAL)
def facts_preserved(subject: Subject) -> Iterable[Flaw]:
    """Every fact of the source appears as the market's value, and nothing is invented. Counts and times are major."""
    found = subject.facts
    changed = [*_changed(found, subject)] if found.missing or found.extra else []
    return changed + _renamed(subject)


def _changed(found: FactComparison, subject: Subject) -> Iterator[Flaw]:
    """The facts that are missing, were taken over where the market has its own, or are invented."""
    gone = [fact for fact in found.missing if not _is_counted(fact, subject.target_reading)]
    new = [fact for fact in found.extra if not _is_counted(fact, subject.source_reading)]
    reported: set[str] = set()
    taken_over: list[Fact] = []  # the source's own value, left where the market has another
    for fact in gone:
        market_fact = found.rule_for(fact)
        if market_fact:
            message = f"write {market_fact.value}, not {fact.raw.strip()} (market fact {market_fact.key})"
        else:
            message = f"{_name(fact)} '{fact.raw.strip()}' of the source is missing; it must stay as it is"
        left = [extra for extra in new if market_fact and comparison_value(extra) == comparison_value(fact)]
        for extra in left if message not in reported else ():
            part, start, end = subject.place(extra.start, extra.end)
            yield Flaw(message, part, (start, end), _in_place_of(extra, found.rules_for(fact), subject), _severity(fact))
        if not left and message not in reported:
            yield Flaw(message, severity=_severity(fact))
        reported.add(message)
        taken_over += left
    for fact in (extra for extra in new if extra not in taken_over):
        part, start, end = subject.place(fact.start, fact.end)
        message = f"{_name(fact)} '{fact.raw.strip()}' is not in the source; use only the source's and the market's facts"
        yield Flaw(message, part, (start, end), severity=_severity(fact))


def _is_counted(fact: Fact, reading: Reading) -> bool:
    """Whether the other side says the number of a fact in words."""
    numbers = (one for one in reading.of(Kind.NUMBER) if one.value == fact.value and is_count(one))
    said = any(_DIGIT.search(reading.key, one.start, one.end) is None for one in numbers)
    return said or (fact.kind is FactKind.COUNT and fact.value in words_for_numbers(reading.key, reading.language))


def _renamed(subject: Subject) -> list[Flaw]:
    """Names with digits (`v3.9`, `S3`, `ORD-0102-Z4`) of which the target has other ones instead: one gone and one new."""
    theirs = _names(subject.target_text, subject.target_facts) if subject.has_digit else {}
    ours = _names(subject.source_text, subject.source_facts) if theirs else {}
    theirs = {name: at for name, at in theirs.items() if name in ours or _COMPOUND.sub("", name) not in ours}
    if ours.keys() <= theirs.keys():
        return []
    flaws = []
    for name in theirs.keys() - ours.keys():
        part, start, end = subject.place(theirs[name], theirs[name] + len(name))
        message = f"the name '{name}' is not in the source; copy names with digits letter by letter"
        flaws.append(Flaw(message, part, (start, end), severity=Severity.MAJOR))
    return flaws


def _names(text: str, facts: tuple[Fact, ...]) -> dict[str, int]:
    """The names with digits outside of links, and where they stand."""
    if not _DIGIT_OF_NAME.search(text):
        return {}
    links = [(fact.start, fact.end) for fact in _of(FactKind.URL, facts)]
    found = ((match[0].rstrip("._-\\"), match.start()) for match in _NAME.finditer(text))
    return {name: at for name, at in found if not any(start <= at < end for start, end in links)}


def _in_place_of(fact: Fact, rules: Sequence[MarketFact], subject: Subject) -> str | None:
    """What to write for `fact`, if that is certain: one value of the market, and on both sides one fact and nothing else."""
    if len({rule.value for rule in rules}) != 1:
        return None
    old, new = rules[0].source_value.strip(), rules[0].value.strip()
    alone = [[f.raw.strip() for f in facts_of(text, subject.market)] for text in (old, new)]
    return fact.raw.replace(fact.raw.strip(), new) if alone == [[old], [new]] else None


@rule("foreign-currency", MqmCategory.LOCALE, Severity.CRITICAL)
def foreign_currency(subject: Subject) -> Iterable[Flaw]:
    """An amount in another currency than the market's, where no market fact says what to write instead."""
    amounts = _of(FactKind.MONEY, subject.target_facts)
    return _foreign(amounts, subject) if amounts else ()


def _foreign(amounts: Sequence[Fact], subject: Subject) -> Iterator[Flaw]:
    own, known = subject.market.conventions.currency, ruling(subject.market, subject.day).known
    asked = {comparison_value(fact) for fact, _ in subject.facts.asked}
    for fact in amounts:
        value = comparison_value(fact)
        if fact.unit != own and (value not in known or value in asked):
            part, start, end = subject.place(fact.start, fact.end)
            lacking = "it is not sure which market fact is meant" if value in asked else "no market fact says what holds"
            yield Flaw(
                f"'{fact.raw.strip()}' is not in {own} and {lacking} in {subject.market.name}; "
                "never convert it: add the fact to the market's facts.csv, or leave the amount out",
                part,
                (start, end),
            )


@rule("placeholder", MqmCategory.DESIGN, Severity.CRITICAL)
def placeholder(subject: Subject) -> Iterable[Flaw]:
    """Placeholders stand on both sides, each as often; one that speaks to people may be in the market's own words."""
    source, target = (_of(FactKind.PLACEHOLDER, facts) for facts in (subject.source_facts, subject.target_facts))
    if not source and not target:
        return ()
    return _displaced(Counter(fact.value for fact in source), Counter(fact.value for fact in target), subject)


def _displaced(source: Counter[str], target: Counter[str], subject: Subject) -> Iterator[Flaw]:
    rendered = _rendered(subject) if source != target else 0
    for name, count in sorted((source - target).items()):
        excused = min(count, rendered) if _FOR_PEOPLE.fullmatch(name) else 0
        rendered -= excused
        if count > excused:
            yield Flaw(f"the placeholder {name} {_amiss(target[name], source[name])}; copy it letter by letter")
    for name in sorted(target - source):
        where = f"stands {target[name]} times, in the source {source[name]}" if source[name] else "is not in the source"
        yield Flaw(f"the placeholder {name} {where}; remove it")


def _amiss(found: int, wanted: int) -> str:
    return f"stands {found} of {wanted} times" if found else "is missing"


def _rendered(subject: Subject) -> int:
    """How many placeholders in the market's own words the target has: in its script, or, where that is Latin, not English."""
    own = letters_of(tuple(script for script in subject.market.conventions.scripts if script != "Latn"))
    found = [match[0] for match in _IN_OWN_WORDS.finditer(subject.target_text)]
    if own is not None:
        return sum(own.search(name) is not None for name in found)
    return 0 if subject.same_language else sum(name not in subject.source_text for name in found)


@rule("link", MqmCategory.DESIGN, Severity.MAJOR)
def link(subject: Subject) -> Iterable[Flaw]:
    """Links lead to the same places; a language step in the path (`/en-us/`) may differ, and an anchor."""
    source, target = (_of(FactKind.URL, facts) for facts in (subject.source_facts, subject.target_facts))
    if not source and not target:
        return ()
    return _misled(*({_place(fact.value): fact.value for fact in facts} for facts in (source, target)))


def _misled(source: dict[str, str], target: dict[str, str]) -> Iterator[Flaw]:
    """The flaws of links by the place that they lead to."""
    for place in sorted(source.keys() - target.keys()):
        yield Flaw(f"the link {source[place]} is missing; copy it letter by letter")
    for place in sorted(target.keys() - source.keys()):
        yield Flaw(f"the link {target[place]} is not in the source; remove it")


@rule("code", MqmCategory.DESIGN, Severity.CRITICAL)
def code(subject: Subject) -> Iterable[Flaw]:
    """Inline code and code blocks of the source stand in the target letter by letter; only their indentation may differ."""
    if "`" not in subject.source_text:
        return ()
    kept = set(_codes(subject.target_text))
    lost = [piece for piece in dict.fromkeys(_codes(subject.source_text)) if piece not in kept]
    return [Flaw(f"the code {piece[:80]} is missing; copy it letter by letter") for piece in lost]


def _codes(text: str) -> Iterator[str]:
    for match in WHOLE_CODE.finditer(text):
        yield "\n".join(line.strip() for line in match[0].splitlines())


def _of(kind: FactKind, facts: tuple[Fact, ...]) -> Sequence[Fact]:
    return [fact for fact in facts if fact.kind is kind] if facts else ()


def _place(url: str) -> str:
    return _LOCALE_STEP.sub("", url.partition("#")[0].lower()).rstrip("/")


def _severity(fact: Fact) -> Severity:
    return Severity.MAJOR if fact.kind in _SOFT else Severity.CRITICAL


def _name(fact: Fact) -> str:
    return {FactKind.MONEY: "the amount", FactKind.PERCENT: "the percentage", FactKind.COUNT: "the number"}.get(
        fact.kind, f"the {fact.kind.value}"
    )


@rule("example-copied", MqmCategory.ACCURACY, Severity.CRITICAL)
def example_copied(subject: Subject) -> Iterator[Flaw]:
    """The text is not the pack's example, which small models like to repeat instead of localizing the source."""
    for _, source_answer, question, answer in subject.market.examples:
        if _alike(source_answer, subject.source.answer):
            continue
        for part, example, text in (
            (QUESTION, question, subject.target.question),
            (ANSWER, answer, subject.target.answer),
        ):
            if _alike(example, text):
                yield Flaw(f"'{text[:80]}' is the style guide's example; say what the source says", part, (0, len(text)))


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(comparison_key(one), comparison_key(other)) >= _COPIED
