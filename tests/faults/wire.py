"""What goes over the wire instead of a good reply: statuses, bodies, and ways to send them badly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JSON = "application/json"
Manner = Literal["whole", "cut", "chunks-cut", "reset", "silent", "hang", "drip", "no-http"]


@dataclass(frozen=True)
class Wire:
    """One HTTP answer. `manner`: how it is sent, `whole` being the only good one."""

    body: bytes = b""
    status: int = 200
    type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "whole"


Spoil = Callable[[str], Wire]  # a good reply's text -> what is sent instead


def completion(content: object, finish: object = "stop", **message: object) -> dict[str, Any]:
    """The body of a chat completion."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def sent(body: object) -> Wire:
    """Any JSON as the body of status 200."""
    return Wire(json.dumps(body).encode())


def good(content: str) -> Wire:
    """The good reply."""
    return sent(completion(content))


def status(code: int, message: str = "no", /, **error: object) -> Spoil:
    """A refusal as OpenAI words it."""
    return lambda _: Wire(json.dumps({"error": {"message": message, "type": "t", "code": None, **error}}).encode(), code)


def raw(body: bytes | str, code: int = 200, type_: str = JSON, **headers: str) -> Spoil:
    """A body that is the same whatever was asked."""
    data = body.encode() if isinstance(body, str) else body
    return lambda _: Wire(data, code, type_, {name.replace("_", "-"): value for name, value in headers.items()})


def said(change: Callable[[str], object], finish: object = "stop", **message: object) -> Spoil:
    """Another text of the model, in a completion that is whole."""
    return lambda content: sent(completion(change(content), finish, **message))


def body_of(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Another completion."""
    return lambda content: sent(change(completion(content)))


def answer(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Another answer, of valid JSON."""
    return said(lambda content: json.dumps(change(json.loads(content)), ensure_ascii=False))


def sent_as(manner: Manner, code: int = 200) -> Spoil:
    """The good reply, badly sent."""
    return lambda content: Wire(good(content).body, code, manner=manner)
