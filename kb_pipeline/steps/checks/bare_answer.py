"""An answer that answers nothing: `asdf`, `N/A`, one letter or word again and again, the question. No I/O."""

import re
from collections.abc import Iterator

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.opposites import verdict
from kb_pipeline.steps.language.questions import asked
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.words import is_known, words

_ONE_LETTER = re.compile(r"\b([^\W\d_])\1{2,}\b")  # aaaa
_NO_SIGN = re.compile(r"[\W_]")
_SAYS_MORE = re.compile(r"\d|\*\*|`|\]\(|://")  # a number, a label, code, a link: one of them may be the answer
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # scripts of which a run of kana or Han is no word
_FEWEST_SIGNS = 4  # letters of such a script that say something
_MARKS = 0.6  # share of marks in what has a number, but says nothing: `???? 1`
_UNKNOWN = 0.6  # share of letters in no known word; 0.14 at most in 301 Thai FAQs of real knowledge bases


@rule("bare-answer", MqmCategory.ACCURACY, Severity.CRITICAL)
def bare_answer(subject: Subject) -> Iterator[Flaw]:
    """The answer says something: more than one word that is no yes or no, and words of the language. Else two people look."""
    answer, language = subject.target.answer, subject.market.tag
    if not answer.strip():
        return
    if _bare(answer) and _bare(answer) == _bare(subject.target.question):
        yield Flaw("the answer is the question again; say in a sentence what the customer needs to know")
        return
    if _SAYS_MORE.search(answer) and not _is_marks(answer):
        return
    said = [word.lower() for word in words(_ONE_LETTER.sub(" ", answer), language)]
    if _is_bare(said):
        if not _is_a_verdict(subject) and not _is_of_the_pack(answer, subject.market):
            yield Flaw(f"'{answer.strip()[:40]}' is no answer; say in a sentence what the customer needs to know")
    elif _unknown(said) > _UNKNOWN:
        yield Flaw("most of the answer's letters make no words; write it in the market's language")


def _is_marks(answer: str) -> bool:
    """Whether nearly all of the answer are marks, more than stand around a number: `???? 1`."""
    signs = "".join(answer.split())
    return len(_NO_SIGN.findall(signs)) > max(2, _MARKS * len(signs))


def _bare(text: str) -> str:
    return _NO_SIGN.sub("", comparison_key(text).casefold())


def _is_bare(said: list[str]) -> bool:
    letters = "".join(said)
    if _UNSPACED.match(letters):
        return len(letters) < _FEWEST_SIGNS or len(set(letters)) == 1
    return len(set(said)) < 2 or len(set(letters)) == 1 or max(map(len, said)) < 2  # N/A


def _is_a_verdict(subject: Subject) -> bool:
    """Whether it is the yes or the no that the question asks for."""
    language = subject.market.tag
    question = asked(subject.target.question, language)
    if question and question.senses and not question.is_yes_no:
        return False
    listed = language_of(language).verdict
    said = comparison_key(subject.target.answer).strip(" .!。！")
    return verdict(said, language) is not None and not (listed and said in listed.begins_only)


def _is_of_the_pack(answer: str, market: Market) -> bool:
    """Whether the answer is a term or a label of the market: PromptPay."""
    named = (*(term.target for term in market.terms), *(label.target for label in market.ui_strings))
    said = comparison_key(answer).strip(" .!。！").casefold()
    return any(comparison_key(name).casefold() == said for name in named)


def _unknown(said: list[str]) -> float:
    """The share of the letters that stand in no word of a dictionary, where there is one for their script; else 0."""
    known = [(len(word), is_known(word)) for word in said]
    judged = [(length, knows) for length, knows in known if knows is not None]
    return sum(length for length, knows in judged if not knows) / max(1, sum(length for length, _ in judged))
