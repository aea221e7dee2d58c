"""The translation memory: units from approved text, and what in it is like a new text. No I/O.

Scores are read as in CAT tools, whose reports have the bands 100, 95 to 99, 85 to 94 and 75 to 84; so are penalties, a
number of points for each thing that speaks against a unit (Wordfast's *Penalties*: multiple translation, tags, alignment,
remote TM; wordfast.com/WFP/5.3/t1718373.html). There is no 101: a text is matched alone, without the texts around it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import Revision, SourceFaq
from kb_pipeline.domain.translation_memory import APPROVED, RETIRED, MemoryMatch, MemoryUnit
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.compare import COMPARED, comparison_value
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.opposites import opposed
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_ends import sentence_spans
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.words import words

# Points off. What would make a copied target false costs a whole band (10); what makes it doubtful, half of one.
PENALTIES = {
    "facts differ": 10.0,
    "negation differs": 15.0,
    "opposite words": 15.0,
    "placeholders or links differ": 10.0,
    "imported": 5.0,
    "retired": 5.0,
    "several translations": 1.0,
    "other variant of the language": 1.0,
}
# How far a sentence may be longer or shorter than its answer's length lets expect. Of 273 professionally translated English
# and Thai blocks with as many sentences, 61 % are aligned (each is nearest its own in meaning); of those within 1.3, 94 %.
_STRETCH = 1.3
_SCORED = 200  # texts a match: of 10,000 that differ in their order number only, the rest has nothing better to offer
ALMOST = 99.0  # the most that a text scores which is not the same to the letter
_EXACT_KINDS = (FactKind.PLACEHOLDER, FactKind.URL)


def units_of(pairs: Iterable[tuple[SourceFaq, Revision]]) -> Iterator[MemoryUnit]:
    """The units of approved entries: question, answer and, where both answers have the same ones, each sentence of it."""
    for faq, revision in pairs:
        texts = [(faq.text.question, revision.text.question), (faq.text.answer, revision.text.answer)]
        for source, target in (*texts, *_sentences(faq.text.answer, revision.text.answer)):
            yield MemoryUnit(
                source=source,
                target=target,
                source_language=faq.language,
                market=revision.market,
                origin=(RETIRED if faq.retired else APPROVED) + revision.id,
                actor=revision.provenance.actor,
            )


def _sentences(source: str, target: str) -> list[tuple[str, str]]:
    """The sentences of two answers in pairs, if their lengths say that they are the same sentences; else none."""
    ours = sentence_spans(source)
    theirs = sentence_spans(target) if len(ours) > 1 else []
    if len(ours) != len(theirs):
        return []
    pairs = [(source[a:b], target[c:d]) for (a, b), (c, d) in zip(ours, theirs, strict=True)]
    usual = len(target) / len(source)
    fits = (usual / _STRETCH <= len(theirs) / len(ours) <= usual * _STRETCH for ours, theirs in pairs)
    return pairs if all(fits) else []


class TranslationMemory:
    """Units that can be asked for what is like a text. It never changes, so threads may share it."""

    def __init__(self, units: Iterable[MemoryUnit]) -> None:
        """`units` of one market, oldest first; a pair that comes again counts as used more often."""
        self._uses = Counter[str]()
        self._units: dict[str, MemoryUnit] = {}  # by id, the latest last
        for unit in units:
            self._uses[unit.id] += 1
            known = self._units.pop(unit.id, unit)
            self._units[unit.id] = min(unit, known, key=_doubt)
        self._places = {id_: place for place, id_ in enumerate(self._units)}
        by_key: defaultdict[str, defaultdict[str, list[MemoryUnit]]] = defaultdict(lambda: defaultdict(list))
        for unit in self._units.values():
            by_key[primary(unit.source_language)][_folded(unit.source)].append(unit)
        self._by_key = {language: dict(found) for language, found in by_key.items()}

    @property
    def units(self) -> tuple[MemoryUnit, ...]:
        """All units, each once, the newest first."""
        return tuple(reversed(self._units.values()))

    def match(self, text: str, language: str, limit: int = 3, least: float = 70.0) -> tuple[MemoryMatch, ...]:
        """The `limit` units of the same language most like `text` with a score of `least` or more, best first.

        The same text scores 100, another at most 99: the likeness of its characters and, in languages with spaces, of its
        words, whichever is less; then come the penalties. Of equal scores, what was used more often goes first, then the newer.
        """
        folded, by_key = _folded(text), self._by_key.get(primary(language), {})
        if not folded or limit < 1:
            return ()
        found: list[MemoryMatch] = []
        likely = process.extract(folded, by_key.keys(), scorer=fuzz.ratio, processor=None, score_cutoff=least, limit=_SCORED)
        for key, likeness, _ in likely:  # the likest first: as soon as one cannot be among the best, none after it can
            if len(found) >= limit and round(likeness, 1) < found[-1].score:
                break
            if _likeness_of_words(folded, key, language) >= least:
                scored = (m for m in self._scored(text, language, by_key[key]) if m.score >= least)
                found = sorted((*found, *scored), key=self._rank)[:limit]
        return tuple(found)

    def _scored(self, text: str, language: str, units: Sequence[MemoryUnit]) -> Iterator[MemoryMatch]:
        """`units`, whose sources differ in case at most, as matches of `text`."""
        key, has_rivals = comparison_key(text), len({comparison_key(unit.target) for unit in units}) > 1
        for unit in units:
            theirs = comparison_key(unit.source)
            likeness = 100.0 if key == theirs else _likeness(key.casefold(), theirs.casefold(), language)
            penalties = tuple(_penalties(key, theirs, language, unit, has_rivals))
            score = likeness - sum(PENALTIES[penalty] for penalty in penalties)
            yield MemoryMatch(unit=unit, score=round(max(score, 0.0), 1), penalties=penalties)

    def _rank(self, match: MemoryMatch) -> tuple[float, int, int]:
        id_ = match.unit.id
        return (-match.score, -self._uses[id_], -self._places[id_])


class _Content(Value):
    """What a text says that its likeness to another does not tell."""

    facts: frozenset[tuple[str, str, str]]
    exact: frozenset[str]  # placeholders and links
    negations: int


@lru_cache(maxsize=32768)
def _content(text: str, language: str) -> _Content:
    found = extract(text, language)
    return _Content(
        facts=frozenset(comparison_value(fact) for fact in found if fact.kind in COMPARED),
        exact=frozenset(fact.value for fact in found if fact.kind in _EXACT_KINDS),
        negations=negations(text, language),
    )


def _penalties(text: str, known: str, language: str, unit: MemoryUnit, has_rivals: bool) -> Iterator[str]:
    """The penalties of `unit`, whose source reads `known`, for `text`; both are comparison keys."""
    if text != known:
        ours, theirs = _content(text, language), _content(known, unit.source_language)
        if ours.facts != theirs.facts:
            yield "facts differ"
        if ours.negations != theirs.negations:
            yield "negation differs"
        elif opposed(text, known, language):
            yield "opposite words"
        if ours.exact != theirs.exact:
            yield "placeholders or links differ"
    if unit.is_imported:
        yield "imported"
    if unit.is_retired:
        yield "retired"
    if has_rivals:
        yield "several translations"
    if unit.source_language.casefold() != language.casefold():
        yield "other variant of the language"


def _likeness(one: str, other: str, language: str) -> float:
    """0 to 99, for two folded texts that are not the same to the letter."""
    return min(ALMOST, fuzz.ratio(one, other), _likeness_of_words(one, other, language))


def _likeness_of_words(one: str, other: str, language: str) -> float:
    """0 to 100; 100 where the language has no spaces to tell its words by."""
    if not language_of(language).spaces:
        return 100.0
    return fuzz.ratio(_words(one, language), _words(other, language))


@lru_cache(maxsize=32768)
def _words(text: str, language: str) -> tuple[str, ...]:
    return tuple(words(text, language))


def _folded(text: str) -> str:
    return comparison_key(text).casefold()


def _doubt(unit: MemoryUnit) -> tuple[bool, bool]:
    """Less for the better origin of the same pair."""
    return (unit.is_imported, unit.is_retired)
