"""An entry that asks customers to give away a password or a code. What people say of that is the languages' data. No I/O."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kb_pipeline.domain.disguise import run_together, undisguised
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.patterns import NEVER
from kb_pipeline.steps.language.reader import languages
from kb_pipeline.steps.privacy.context import any_word

_NEAR = 40  # characters around the request, in its sentence
_SENTENCE_END = re.compile(r"[.!?。！？\n]")


@rule("secret-request", MqmCategory.AUDIENCE, Severity.CRITICAL)
def secret_request(subject: Subject) -> Iterator[Flaw]:
    """Nobody is asked to tell a password, a PIN, a one-time code: those who know it act in the customer's name."""
    requests = [request for request in _requests() if request.may_ask(subject.undisguised)]
    text = subject.target.answer  # questions are the customers' own words
    seen = undisguised(text) if requests else ""
    for form in dict.fromkeys((text, seen, run_together(seen))) if requests else ():
        if match := next((match for request in requests for match in request.found(form)), None):
            message = f"'{match[0][:80]}' asks for what customers must tell nobody; remove it"
            yield Flaw(message, span=match.span() if form is text else None)
            return


class _Request(NamedTuple):
    """How a language asks for a secret, for whom, and what says that nobody is asked. See `SecretRequests`."""

    language: str
    signs: tuple[str, ...]
    secrets: re.Pattern[str]
    described: re.Pattern[str]
    asks: re.Pattern[str]
    to: re.Pattern[str]
    allowed: re.Pattern[str]
    orders: re.Pattern[str]

    def may_ask(self, text: str) -> bool:
        """Whether `text`, in lower case, has what every request has."""
        return any(sign in text for sign in self.signs) or self.secrets.search(text) is not None

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """The requests in a text, those that name a secret first."""
        for match in self.asks.finditer(text):
            around = self.described.sub(" ", _around(match))  # `the code on your phone` is sent to nobody
            if self.to.search(around) and not self.allowed.search(around):
                yield match
        for match in self.orders.finditer(text):
            if not negations(_around(match), self.language):
                yield match


def _around(match: re.Match[str]) -> str:
    """The match with what stands near it in the same sentence."""
    before = _SENTENCE_END.split(match.string[max(0, match.start() - _NEAR) : match.start()])[-1]
    return before + match[0] + _SENTENCE_END.split(match.string[match.end() : match.end() + _NEAR])[0]


@cache
def _requests() -> tuple[_Request, ...]:
    found = list[_Request]()
    for name, language in languages().items():
        words = language.secret_requests
        if words.asks:
            secrets, described = any_word(words.secrets), "|".join(words.described) or NEVER
            asks = "|".join(pattern.replace("{}", f"(?:{secrets}|{described})") for pattern in words.asks)
            orders, (to, allowed) = "|".join(words.orders) or NEVER, map(any_word, (words.to, words.allowed))
            patterns = [re.compile(one, re.IGNORECASE) for one in (secrets, described, asks, to, allowed, orders)]
            found.append(_Request(name, words.signs, *patterns))
    return tuple(found)
