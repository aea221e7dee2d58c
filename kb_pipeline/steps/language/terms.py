"""Terms in running text: whole words, in all their forms, in either encoding, longest first. No I/O but the dictionaries.

Where a script has no spaces, a term begins and ends where the segmenter's words do: Thai by newmm, Chinese by jieba. For
Japanese there is no dictionary here: a word ends where the script changes, and before or after a particle.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from kb_pipeline.steps.language.inflection import english_forms, forms_by_endings
from kb_pipeline.steps.language.patterns import LETTER, any_of
from kb_pipeline.steps.language.prose import NO_TERM, NO_TERM_SIGN
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_marks import begins_sentence
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.words import fold, segments

_UNSPACED = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(rf"[{LETTER}]+")
_ASCII_WORDS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))  # for str.translate: thrice as fast
_BEFORE = rf"(?<![{LETTER}])(?<![{LETTER}]_)"  # `_order_` is emphasis, `my_order` is a name of code
_AFTER = rf"(?![{LETTER}])(?!_[{LETTER}])"
_OPENING, _CLOSING = re.compile(_BEFORE), re.compile(_AFTER)
_GAP = r"[*_`~]{0,3}[\s\-–]{1,3}[*_`~]{0,3}"  # between the words of a term: spaces, a hyphen, Markdown marks
_GLUE = r"[\s\-]?"  # where a term has a hyphen: `e-mail`, `email`, `e mail`


class TermHit(NamedTuple):
    """A term met in a text, at the offsets of the text as given."""

    start: int
    end: int
    term: str


class Lexicon:
    """Terms, compiled once to be found in many texts of one language.

    Letter case does not matter but for abbreviations (`COD` is no cod) and `names`, which also do not inflect.
    """

    def __init__(self, terms: Iterable[str], language: str, *, names: Collection[str] = (), inflected: bool = True) -> None:
        self._language = primary(language)
        self._method = language_of(language).inflection.method
        self._by_word: dict[str, list[tuple[str, int, str]]] = {}  # first word -> term, what stands before it, its forms
        self._scanned: list[tuple[str, str, str]] = []  # what all forms of a term share, the term, its forms
        every = dict.fromkeys((*terms, *names))
        self._exact = {*names, *filter(_is_abbreviation, every)}
        for term in every:
            if key := fold(term).text.strip():
                self._add(term, key, inflected=inflected and term not in names)

    def find(self, text: str) -> tuple[TermHit, ...]:
        """Every whole occurrence of every term, by place, the longer first; they may overlap, see `longest`."""
        if not text or not (self._by_word or self._scanned):
            return ()
        folded = fold(text)
        found = [*self._worded(folded.text), *self._scattered(folded.text)]
        if not found:
            return ()
        atoms = [m.span() for m in NO_TERM.finditer(folded.text)] if NO_TERM_SIGN.search(folded.text) else []
        clear = (h for h in found if not any(start < h.end and h.start < end for start, end in atoms))
        hits = (TermHit(*folded.original(h.start, h.end), h.term) for h in clear)
        cased = (h for h in hits if h.term not in self._exact or _same_case(h.term, text[h.start : h.end]))
        return tuple(sorted(cased, key=lambda h: (h.start, -h.end, -len(h.term))))

    def _add(self, term: str, key: str, *, inflected: bool) -> None:
        if _UNSPACED.search(key) or not _WORD.search(key):
            pieces = key.split()
            self._scanned.append((max(pieces, key=len), term, r"\s*".join(map(re.escape, pieces))))
        elif self._method == "endings" and inflected:
            forms = [forms_by_endings(word, self._language) for word in term.split()]
            body = _GAP.join(pattern for _, pattern in forms)
            self._scanned.append((max((root for root, _ in forms), key=len), term, f"{_BEFORE}{body}{_AFTER}"))
        else:
            heads, body = _spaced(key, english=inflected and self._method == "english" and term not in self._exact)
            plural = "s?" if term in self._exact and inflected else ""
            lead = next(_WORD.finditer(key)).start()
            for head in (h + s for h in heads for s in (("", "s") if plural else ("",))):
                self._by_word.setdefault(head, []).append((term, lead, body + plural))

    def _worded(self, text: str) -> Iterator[TermHit]:
        """Hits of terms in scripts with spaces, through the first word of each."""
        for word in self._by_word.keys() & _words(text):
            at = text.find(word)
            while at >= 0:
                for term, lead, pattern in self._by_word[word]:
                    start = at - lead
                    match = _compiled(pattern).match(text, start) if start >= 0 and _OPENING.match(text, start) else None
                    if match and _CLOSING.match(text, match.end()):
                        yield TermHit(start, match.end(), term)
                at = text.find(word, at + 1)

    def _scattered(self, text: str) -> Iterator[TermHit]:
        """Hits of terms that are looked for everywhere, not only where a known word begins."""
        for term, pattern in [(term, pattern) for root, term, pattern in self._scanned if root in text]:
            for match in _compiled(pattern).finditer(text):
                start, end = match.span()
                if _UNSPACED.search(match[0]) is None or all(is_edge(text, at, self._language) for at in (start, end)):
                    yield TermHit(start, end, term)


def longest(hits: Iterable[TermHit]) -> tuple[TermHit, ...]:
    """Of hits that overlap the longest; of equal ones the one of the longer term. By place."""
    chosen: list[TermHit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -len(h.term), h.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    return tuple(sorted(chosen))


def occurrences(term: str, text: str, language: str) -> tuple[tuple[int, int], ...]:
    """The spans of `term` in `text`, each beginning and ending where words do."""
    return tuple((hit.start, hit.end) for hit in longest(_lexicon(term, language).find(text)))


def occurs(term: str, text: str, language: str) -> bool:
    """Whether `term` is a word, or a run of words, of `text`, in any of its forms."""
    return bool(_lexicon(term, language).find(text))


def is_rendered(target: str, text: str, language: str) -> bool:
    """Whether a wanted rendering is in `text`. More lenient than `occurs`: in scripts without spaces it may be the beginning or
    the end of a longer word, as segmenters hold compounds together as they like; but never the inside of one.
    """
    key = fold(target).text.strip()
    if not _UNSPACED.search(key):
        return occurs(target, text, language)
    folded = _folded(text)
    found = re.finditer(r"\s*".join(map(re.escape, key.split())), folded)
    return any(is_edge(folded, m.start(), language) or is_edge(folded, m.end(), language) for m in found)


def labels_in(text: str, labels: Collection[str], language: str) -> tuple[str, ...]:
    """The labels that `text` names without marking them: `tap Orders`, in a language that capitalizes names only.

    In the label's own capitals and inside a sentence, as its first word is capitalized anyway; not in a line of capitals, such
    as a title. Good for a hint in a prompt, too unsure for a finding: bold and quoted labels have a rule of their own.
    """
    if language_of(language).inflection.capitalized_nouns:
        return ()
    hits = longest(Lexicon((), language, names=[label for label in labels if label[:1].isupper()]).find(text))
    inside = (h for h in hits if not begins_sentence(text, h.start) and not _is_title(text, h.start))
    return tuple(dict.fromkeys(h.term for h in inside))


def is_edge(text: str, at: int, language: str) -> bool:
    """Whether a word of `text` begins or ends at the offset. Only the stretch between white space around it is segmented."""
    if at in (0, len(text)) or text[at - 1].isspace() or text[at].isspace():
        return True
    first = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1
    ends = [end for end in (text.find(" ", at), text.find("\n", at)) if end >= 0]
    return at - first in _edges(text[first : min(ends, default=len(text))], primary(language))


def _words(text: str) -> list[str]:
    """The words of lower-case text."""
    return text.translate(_ASCII_WORDS).split() if text.isascii() else _WORD.findall(text)


def _spaced(key: str, *, english: bool) -> tuple[frozenset[str], str]:
    """How the first word of a term may begin, and the regular expression of the whole."""
    words = key.split()
    bodies = []
    for at, word in enumerate(words):
        *firsts, last = word.split("-") if not word.startswith("-") else [word]
        forms = english_forms(last) if english and at in (0, len(words) - 1) else frozenset((last,))
        if english and not firsts and (prefixed := _prefix().match(last)):
            rest = {form.removeprefix(prefixed[0]) for form in forms if form.startswith(prefixed[0])}
            forms |= {f"{prefixed[0]}-{form}" for form in rest}
        ending = "|".join(map(_escaped, sorted(forms, key=lambda form: (-len(form), form))))
        bodies.append(_GLUE.join((*map(_escaped, firsts), f"(?:{ending})")))
        if at == 0:
            starts = {*firsts[:1], *("".join((*firsts, form)) for form in forms)}
    heads = frozenset(found[0] for start in starts if (found := _WORD.search(start)))
    return heads, _GAP.join(bodies)


def _escaped(word: str) -> str:
    return re.escape(word).replace("'", "['’]")


def _is_title(text: str, at: int) -> bool:
    """Whether most words of the line around the offset have a capital."""
    line = text[text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0]
    words = [word[0] for word in _WORD.findall(line) if word[0].isalpha()]
    return len(words) > 3 and 2 * sum(map(str.isupper, words)) > len(words)


def _is_abbreviation(term: str) -> bool:
    return len(term) > 1 and term.isupper()


def _same_case(term: str, found: str) -> bool:
    """Whether the letters of an abbreviation or a name are those of the term; an abbreviation may have a plural s."""
    wanted = unicodedata.normalize("NFKC", term)
    letters = [c for c in unicodedata.normalize("NFKC", found) if c.isalnum()]
    return letters[: sum(map(str.isalnum, wanted))] == [c for c in wanted if c.isalnum()]


@lru_cache(maxsize=8)  # one text is asked for all its terms
def _folded(text: str) -> str:
    return fold(text).text


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiling takes up to a millisecond: it is done for the terms that are met, not for a whole term base."""
    return re.compile(pattern)


@cache
def _prefix() -> re.Pattern[str]:
    """What English words begin with that are also written with a hyphen: `email` is also met as `e-mail`."""
    return re.compile(f"(?P<prefix>{any_of(language_of('en').inflection.prefixes)})(?=[a-z]{{4}})")


@lru_cache(maxsize=256)
def _particles(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """What stands before a word and after it without being part of it; None for a language without particles."""
    particles = language_of(language).particles
    if not particles.first and not particles.last:
        return None
    return re.compile(any_of(particles.first)), re.compile(f"(?:{any_of(particles.last)})$")


@lru_cache(maxsize=4096)
def _lexicon(term: str, language: str) -> Lexicon:
    return Lexicon((term,), language)


@lru_cache(maxsize=1024)
def _edges(text: str, language: str) -> frozenset[int]:
    """The offsets in `text` where a word begins or ends."""
    edges, at, particles = {0}, 0, _particles(language)
    for segment in segments(text, language):
        if particles and "\u3041" <= segment[0] <= "\u309f":
            edges |= {at + m.end() for m in (particles[0].match(segment),) if m}
            edges |= {at + m.start() for m in (particles[1].search(segment),) if m}
        at += len(segment)
        edges.add(at)
    return frozenset(edges)
