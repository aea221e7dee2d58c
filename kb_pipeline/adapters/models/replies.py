"""Read a model's reply: its JSON out of fences, reasoning and remarks, strictly, as the asked answer. No I/O."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal, NoReturn

from pydantic import ValidationError

from kb_pipeline.domain.calls import Answer

MOST_CHARACTERS = (
    400_000  # of a reply that is read at all: an answer has 8,000 at most, reasoning before it some ten times that
)
_MOST_STARTS = 50  # braces tried in prose: each costs a scan of what follows it
_MOST_TOLD = 3  # problems of one answer
_REASONING_ENDS = ("</think>", "</thinking>", "</reasoning>")  # some servers keep the opening tag to themselves


class UnusableReplyError(ValueError):
    """The reply is not the asked answer; the message says why, for the model to do better. `plain`: the same for people.

    The message stays as it is: stored calls are found by it.
    """

    def __init__(self, message: str, plain: str = "") -> None:
        super().__init__(message)
        self.plain = plain or message


def read_reply(text: str, answer: type[Answer], form: Literal["json", "line"]) -> Answer:
    """The answer that `text` holds: JSON, or the line that is its field `text`. Raises UnusableReplyError."""
    if form == "json":
        return read_answer(text, answer)
    lines = list(filter(None, map(str.strip, (_behind_reasoning(text) or text).splitlines())))
    return _fitting({"text": lines[0] if lines else ""}, answer)


def read_answer(text: str, answer: type[Answer]) -> Answer:
    """The answer that `text` holds. Raises UnusableReplyError.

    JSON alone is taken as it is. Else the one object that fits `answer` is taken, behind the reasoning if there is any;
    where two different ones fit, nobody knows which is meant.
    """
    if len(text) > MOST_CHARACTERS:
        raise UnusableReplyError(f"it has {len(text):,} characters")
    try:
        return _fitting(_loads(text), answer)
    except UnusableReplyError as problem:
        found = _answers_in(_behind_reasoning(text), answer) or _answers_in(text, answer)
        if not found:
            raise
        if any(value != found[0] for value in found[1:]):
            raise UnusableReplyError(f"it holds {len(found)} different answers") from problem
        return found[0]


def storable(text: str) -> str:
    """`text` as any database keeps it and any endpoint takes it: no lone surrogate, no NUL, not endless."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def _behind_reasoning(text: str) -> str:
    """What comes after the last reasoning; empty where there is none."""
    ends = [text.rfind(tag) + len(tag) for tag in _REASONING_ENDS if tag in text]
    return text[max(ends) :] if ends else ""


def _answers_in(text: str, answer: type[Answer]) -> list[Answer]:
    found = list[Answer]()
    for value in _objects(text):
        try:
            found.append(_fitting(value, answer))
        except UnusableReplyError:
            continue
    return found


def _objects(text: str) -> Iterator[object]:
    """The JSON objects in `text` that stand in no other one."""
    decoder, at = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse), text.find("{")
    for _ in range(_MOST_STARTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield value
        at = text.find("{", end)


def _loads(text: str) -> object:
    """Strict JSON: no NaN, no Infinity, no duplicate keys."""
    try:
        value: object = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UnusableReplyError(brief(error), f"it is not the asked JSON: {brief(error)}") from error
    return value


def _fitting(value: object, answer: type[Answer]) -> Answer:
    """`value` as the answer, strictly: no `true`, "1" or 1.0 where a whole number is asked."""
    try:
        return answer.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise UnusableReplyError(brief(error), _plainly(error)) from error
    except (ValueError, RecursionError) as error:
        raise UnusableReplyError(brief(error)) from error


def _plainly(error: ValidationError) -> str:
    """What is wrong with an answer, by field, without names of our code."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [" ".join((*map(str, one["loc"]), one["msg"][:1].lower() + one["msg"][1:])) for one in found[:_MOST_TOLD]]
    return storable(f"its JSON does not fit: {'; '.join(told)}{'; and more' if len(found) > _MOST_TOLD else ''}")[:300]


def _once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("an object has a key twice")
    return dict(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def brief(error: BaseException) -> str:
    """An error's words on one line, cut."""
    return storable(" ".join(str(error).split()))[:300]
