"""Why an endpoint gave no reply, and what is done next: one judgement of statuses and bodies. No HTTP, no vendor."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from kb_pipeline.adapters.models.replies import brief, storable
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.errors import LLMError, LLMLaterError, LLMOutputError, LLMUnavailableError

_ADDRESS = "is the address right, and /v1 not missing? KB_LLM_BASE_URL"
_AGAIN = "run again: finished work is kept"
_MINDED = "the provider refuses this text: write it otherwise, or use another model"
_BARRED = f"a firewall or {_MINDED}"
_ERRORS: Mapping[Outcome, type[LLMError]] = {
    Outcome.RETRY_LATER: LLMLaterError,
    Outcome.ITEM_FAILED: LLMOutputError,
    Outcome.ENDPOINT_UNUSABLE: LLMUnavailableError,
}
_ELSEWHERE = f"check KB_LLM_MODEL; {_ADDRESS}"
_PAGE = "a web page"
_MOST_TOKENS = 10_000_000  # in one call; what is above was not counted
_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})  # words of `finish_reason`, of all vendors
_FILTERED = frozenset({"content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii"})
_BROKEN = frozenset({"error", "abort", "cancelled", "timeout"})
_ASKED = range(300, 500)  # statuses that say something of the request


@dataclass(frozen=True)
class _Rule:
    """What a refusal means: its status is one of `statuses`, and its error has one of `words`, if there are any.

    `alone`: the remedy where the endpoint is known to answer others, so that it refuses this request only.
    """

    statuses: Container[int]
    outcome: Outcome
    remedy: str
    words: tuple[str, ...] = ()
    is_well: bool = False
    alone: str = ""

    def fits(self, status: int, error: str) -> bool:
        return status in self.statuses and (not self.words or any(word in error for word in self.words))


_TOP_UP = "the account has no money left: top it up"
_RULES = (  # the first that fits
    _Rule({402}, Outcome.ENDPOINT_UNUSABLE, _TOP_UP),
    _Rule(
        _ASKED,
        Outcome.ENDPOINT_UNUSABLE,
        _TOP_UP,
        (
            "insufficient_quota",
            "billing_hard_limit",
            "insufficient credit",
            "insufficient balance",
            "exceeded your current quota",
        ),
    ),
    _Rule({401}, Outcome.ENDPOINT_UNUSABLE, "check KB_LLM_API_KEY"),
    _Rule({400, 403}, Outcome.ENDPOINT_UNUSABLE, "check KB_LLM_API_KEY", ("invalid_api_key", "api key not valid")),
    _Rule({413}, Outcome.ITEM_FAILED, "lower KB_CHUNK_TOKENS, or use a model that takes more", is_well=True),
    _Rule(
        {400, 422},
        Outcome.ITEM_FAILED,
        "lower KB_CHUNK_TOKENS, or use a model that takes more",
        ("context_length", "context length", "context window", "context size", "prompt is too long"),
        is_well=True,
    ),
    _Rule(
        {400, 403, 422},
        Outcome.ITEM_FAILED,
        "the endpoint's filter minds this text: write it otherwise",
        ("content_filter", "content filter", "content_policy", "content management policy", "moderation"),
        is_well=True,
    ),
    _Rule({403}, Outcome.ENDPOINT_UNUSABLE, f"does a firewall bar the way? {_ADDRESS}", (_PAGE,), alone=_BARRED),
    _Rule(
        {403},
        Outcome.ENDPOINT_UNUSABLE,
        "may this key use this model? check KB_LLM_API_KEY, KB_LLM_MODEL",
        alone=_MINDED,
    ),
    _Rule({400, 422}, Outcome.ITEM_FAILED, "does this model take a JSON schema (response_format)? KB_LLM_MODEL"),
    _Rule({408, 409, 425, 429, *range(500, 600)}, Outcome.RETRY_NOW, _AGAIN),
    _Rule({404}, Outcome.ENDPOINT_UNUSABLE, _ELSEWHERE),
    _Rule({451}, Outcome.ENDPOINT_UNUSABLE, "may this endpoint be used from here?", alone=_MINDED),
    _Rule(range(1000), Outcome.ENDPOINT_UNUSABLE, _ELSEWHERE, alone=_BARRED),
)


@dataclass(eq=False)
class Setback(Exception):  # noqa: N818 - no failure yet: most are tried again
    """No reply. `outcome`: what is done next; `lasting`: what it comes to where trying again does not help.

    `wait`: seconds that the endpoint asked for. `is_well`: the endpoint works, and only this request gets no reply.
    """

    outcome: Outcome
    message: str
    remedy: str = _AGAIN
    lasting: Outcome = Outcome.RETRY_LATER
    wait: float | None = None
    is_well: bool = False
    is_page: bool = False  # a web page came in the place of an answer
    alone: str = ""  # the remedy where others get replies: then it is this request's failure; empty: that changes nothing

    def error(self, prompt: str) -> LLMError:
        """The error that it ends in."""
        lasting = self.lasting if self.outcome is Outcome.RETRY_NOW else self.outcome
        if lasting is Outcome.ENDPOINT_UNUSABLE:
            return LLMUnavailableError(f"the model endpoint cannot be used: {self.message}", then_again(self.remedy))
        return _ERRORS[lasting](f"{prompt}: {self.message}", self.remedy)


def then_again(remedy: str) -> str:
    """A remedy for what stops a run."""
    return remedy if remedy == _AGAIN else f"{remedy}; then {_AGAIN}"


@dataclass(frozen=True)
class Reply:
    """What a model said: its text, whether it was cut off, what it took."""

    text: str
    is_cut: bool
    usage: Usage


def too_slow(seconds: float) -> Setback:
    """No reply in time."""
    return Setback(Outcome.RETRY_NOW, f"no answer within {seconds:.0f} s", "raise KB_LLM_TIMEOUT or KB_LLM_DEADLINE")


def not_reached(reason: str) -> Setback:
    """Nobody listens there, or the name is unknown."""
    check = "is it running? check KB_LLM_BASE_URL"
    return Setback(Outcome.RETRY_NOW, f"no connection: {reason}", check, Outcome.ENDPOINT_UNUSABLE)


def no_address(reason: str) -> Setback:
    """What the address says cannot be asked."""
    return Setback(Outcome.ENDPOINT_UNUSABLE, f"its address is none: {reason}", "check KB_LLM_BASE_URL")


def broken_off(reason: str) -> Setback:
    """The connection ended before the reply did, or what came was no HTTP."""
    return Setback(Outcome.RETRY_NOW, f"the reply broke off: {reason}")


def refused(status: int, body: str, headers: Mapping[str, str]) -> Setback:
    """A status of 300 and more; `body` may be anything."""
    told = _told(body)
    rule = next(rule for rule in _RULES if rule.fits(status, told.lower()))
    message = f"status {status}: {told or 'nothing said'}"
    return Setback(rule.outcome, message, rule.remedy, wait=_wait(headers), is_well=rule.is_well, alone=rule.alone)


def read_reply(body: bytes, headers: Mapping[str, str]) -> Reply:
    """The reply in a body of status 200, which may be anything. Raises Setback."""
    try:
        whole = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(body, brief(error)) from error
    if isinstance(whole, dict) and whole.get("error"):
        problem = whole["error"]
        code = problem.get("code") if isinstance(problem, dict) else None
        raise refused(code if isinstance(code, int) and 300 <= code < 600 else 500, json.dumps({"error": problem}), headers)
    choices = whole.get("choices") if isinstance(whole, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _unreadable(body, "it has no choices")
    return _said(choices[0], _usage(whole.get("usage")))


def _said(choice: Mapping[str, Any], usage: Usage) -> Reply:
    message, finish = choice.get("message"), _finish(choice.get("finish_reason"))
    message = message if isinstance(message, dict) else {}
    if finish in _BROKEN:
        raise Setback(Outcome.RETRY_NOW, f"the endpoint broke off the reply: {finish}")
    if finish in _FILTERED:
        raise Setback(Outcome.ITEM_FAILED, "the endpoint's filter stopped the reply", "write the text otherwise", is_well=True)
    if refusal := message.get("refusal"):
        raise Setback(
            Outcome.ITEM_FAILED,
            f"the model refuses: {brief(ValueError(refusal))}",
            "write the text otherwise, or use another model",
            is_well=True,
        )
    return Reply(text=_text(message.get("content")), is_cut=finish in _CUT, usage=usage)


def _finish(told: object) -> str:
    """Why a reply ended, in small letters; empty where nothing is said. A word that nobody knows says nothing of the reply."""
    if told is not None and not isinstance(told, str):
        raise Setback(Outcome.RETRY_NOW, "the endpoint's answer is no chat completion: its finish_reason is no text", _ADDRESS)
    return (told or "").lower()


def _text(content: object) -> str:
    """A reply's text; some endpoints give it in parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _usage(used: object) -> Usage:
    known = used if isinstance(used, dict) else {}
    counts = {name: known.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return Usage(**{name: n if isinstance(n, int) and 0 <= n <= _MOST_TOKENS else 0 for name, n in counts.items()})


def _unreadable(body: bytes, reason: str) -> Setback:
    start = body[:200].lstrip().lower()
    if start.startswith(b"<"):
        return Setback(Outcome.RETRY_NOW, "the endpoint answers with a web page, no JSON", _ADDRESS, is_page=True)
    if start.startswith((b"data:", b"event:", b":")):
        return Setback(Outcome.RETRY_NOW, "the endpoint streams its reply, which was not asked for", _ADDRESS)
    return Setback(Outcome.RETRY_NOW, f"the endpoint's answer is no chat completion: {reason}", _ADDRESS)


def _told(body: str) -> str:
    """What a refusal says, in the usual places of it. What it quotes of the request (`detail` of FastAPI) stays out."""
    if body.lstrip().startswith("<"):
        return _PAGE
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = body
    error = told.get("error", told) if isinstance(told, dict) else told
    words = [error.get(name) for name in ("message", "code", "type")] if isinstance(error, dict) else [error]
    return " ".join(storable(" ".join(word[:300] for word in words if isinstance(word, str))).split())


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for: a number, or a date."""
    asked = headers.get("retry-after", "")
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
