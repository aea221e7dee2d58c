"""An entry that asks customers to give away a password or a code. What people say of that is the languages' data. No I/O."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.disguise import run_together, undisguised
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.reader import languages
from kb_pipeline.steps.privacy.context import any_word

_NEAR = 40  # characters around the request, in its sentence
_SENTENCE_END = re.compile(r"[.!?。！？\n]")


@rule("secret-request", MqmCategory.AUDIENCE, Severity.CRITICAL)
def secret_request(subject: Subject) -> Iterator[Flaw]:
    """Nobody is asked to tell a password, a PIN, a one-time code: those who know it act in the customer's name."""
    requests = [request for request in _requests() if request.secrets.search(subject.undisguised)]
    text = subject.target.answer  # questions are the customers' own words
    seen = undisguised(text) if requests else ""
    for form in dict.fromkeys((text, seen, run_together(seen))) if requests else ():
        if match := next((match for request in requests for match in request.found(form)), None):
            message = f"'{match[0][:80]}' asks for what customers must tell nobody; remove it"
            yield Flaw(message, span=match.span() if form is text else None)
            return


class _Request(NamedTuple):
    """How a language asks for a secret, for whom, and what says that nobody is asked."""

    secrets: re.Pattern[str]
    asks: re.Pattern[str]
    to: re.Pattern[str]
    allowed: re.Pattern[str]

    def found(self, text: str) -> Iterator[re.Match[str]]:
        for match in self.asks.finditer(text):
            around = _around(match)
            if self.to.search(around) and not self.allowed.search(around):
                yield match


def _around(match: re.Match[str]) -> str:
    """The match with what stands near it in the same sentence."""
    before = _SENTENCE_END.split(match.string[max(0, match.start() - _NEAR) : match.start()])[-1]
    return before + match[0] + _SENTENCE_END.split(match.string[match.end() : match.end() + _NEAR])[0]


@cache
def _requests() -> tuple[_Request, ...]:
    found = list[_Request]()
    for language in languages().values():
        words = language.secret_requests
        if words.asks:
            secrets = f"(?:{any_word(words.secrets)})"
            asks = "|".join(pattern.replace("{}", secrets) for pattern in words.asks)
            patterns = (secrets, asks, any_word(words.to), any_word(words.allowed))
            found.append(_Request(*(re.compile(pattern, re.IGNORECASE) for pattern in patterns)))
    return tuple(found)
