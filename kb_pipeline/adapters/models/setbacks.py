"""Why an endpoint gave no reply, and what is done next: one judgement of statuses and bodies. No HTTP, no vendor."""

import json
from collections.abc import Mapping
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
_ERRORS: Mapping[Outcome, type[LLMError]] = {
    Outcome.RETRY_LATER: LLMLaterError,
    Outcome.ITEM_FAILED: LLMOutputError,
    Outcome.ENDPOINT_UNUSABLE: LLMUnavailableError,
}
_BUSY = frozenset({408, 409, 425, 429})
_NO_MONEY = ("insufficient_quota", "billing", "insufficient credit", "insufficient balance", "exceeded your current quota")
_NO_KEY = ("invalid_api_key", "invalid api key", "incorrect api key")
_TOO_LONG = ("context_length", "context length", "context window", "maximum context", "too many tokens", "prompt is too long")
_FILTERED = ("content_filter", "content filter", "content_policy", "content management policy", "moderation")


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

    def error(self, prompt: str) -> LLMError:
        """The error that it ends in."""
        lasting = self.lasting if self.outcome is Outcome.RETRY_NOW else self.outcome
        if lasting is Outcome.ENDPOINT_UNUSABLE:
            return LLMUnavailableError(f"the model endpoint cannot be used: {self.message}", f"{self.remedy}; then {_AGAIN}")
        return _ERRORS[lasting](f"{prompt}: {self.message}", self.remedy)


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


def broken_off(reason: str) -> Setback:
    """The connection ended before the reply did, or what came was no HTTP."""
    return Setback(Outcome.RETRY_NOW, f"the reply broke off: {reason}")


def refused(status: int, body: str, headers: Mapping[str, str]) -> Setback:
    """A status of 300 and more; `body` may be anything."""
    known, message = body.lower(), f"status {status}: {_message(body)}"
    if any(word in known for word in _NO_MONEY) or status == 402:
        return Setback(Outcome.ENDPOINT_UNUSABLE, message, "the account has no money left: top it up")
    if status == 401 or any(word in known for word in _NO_KEY):
        return Setback(Outcome.ENDPOINT_UNUSABLE, message, "check KB_LLM_API_KEY")
    if status == 413 or (status < 429 and any(word in known for word in _TOO_LONG)):
        return Setback(Outcome.ITEM_FAILED, message, "lower KB_CHUNK_TOKENS, or use a model that takes more", is_well=True)
    if status in (400, 403, 422) and any(word in known for word in _FILTERED):
        return Setback(Outcome.ITEM_FAILED, message, "the endpoint's filter minds this text: write it otherwise", is_well=True)
    if status == 403:
        return Setback(Outcome.ENDPOINT_UNUSABLE, message, "may this key use this model? check KB_LLM_API_KEY, KB_LLM_MODEL")
    if status in (400, 422):
        return Setback(Outcome.ITEM_FAILED, message, "does this model take a JSON schema (response_format)? KB_LLM_MODEL")
    if status in _BUSY or status >= 500:
        return Setback(Outcome.RETRY_NOW, message, _AGAIN, wait=_wait(headers))
    return Setback(Outcome.ENDPOINT_UNUSABLE, message, f"check KB_LLM_MODEL; {_ADDRESS}")


def read_reply(body: bytes, headers: Mapping[str, str]) -> Reply:
    """The reply in a body of status 200, which may be anything. Raises Setback."""
    try:
        whole = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(body, brief(error)) from error
    if isinstance(whole, dict) and whole.get("error"):
        problem = whole["error"]
        code = problem.get("code") if isinstance(problem, dict) else None
        raise refused(code if isinstance(code, int) and code >= 300 else 500, json.dumps(problem), headers)
    choices = whole.get("choices") if isinstance(whole, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _unreadable(body, "it has no choices")
    return _said(choices[0], _usage(whole.get("usage")))


def _said(choice: Mapping[str, Any], usage: Usage) -> Reply:
    message, finish = choice.get("message"), choice.get("finish_reason")
    message = message if isinstance(message, dict) else {}
    if finish == "content_filter":
        raise Setback(
            Outcome.ITEM_FAILED, "the endpoint's filter stopped the reply", "write the text otherwise", is_well=True
        )
    if refusal := message.get("refusal"):
        raise Setback(
            Outcome.ITEM_FAILED,
            f"the model refuses: {brief(ValueError(refusal))}",
            "write the text otherwise, or use another model",
            is_well=True,
        )
    return Reply(text=_text(message.get("content")), is_cut=finish == "length", usage=usage)


def _text(content: object) -> str:
    """A reply's text; some endpoints give it in parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _usage(used: object) -> Usage:
    known = used if isinstance(used, dict) else {}
    counts = {name: known.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return Usage(**{name: max(0, n) if isinstance(n, int) else 0 for name, n in counts.items()})


def _unreadable(body: bytes, reason: str) -> Setback:
    start = body[:200].lstrip().lower()
    if start.startswith(b"<"):
        return Setback(Outcome.RETRY_NOW, "the endpoint answers with a web page, no JSON", _ADDRESS)
    if start.startswith((b"data:", b"event:", b":")):
        return Setback(Outcome.RETRY_NOW, "the endpoint streams its reply, which was not asked for", _ADDRESS)
    return Setback(Outcome.RETRY_NOW, f"the endpoint's answer is no chat completion: {reason}", _ADDRESS)


def _message(body: str) -> str:
    """What a refusal says, in the usual places of it."""
    if body.lstrip().startswith("<"):
        return "a web page"
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = body
    for name in ("error", "message", "detail"):
        told = told[name] if isinstance(told, dict) and told.get(name) else told
    text = told if isinstance(told, str) else json.dumps(told)
    return " ".join(storable(text[:600]).split())[:300] or "nothing said"


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
