"""The prompts, one Markdown + Jinja2 file each, and their loader. A missing variable fails loudly.

A file has front matter (id, version, inputs, output) and its turns, each opened by a line `=== system` or `=== user`; an
example may be turns, too: `=== user`, then `=== assistant`.
Source text is data: it is put on lines between tags, `<` is escaped there, and the system turn says that it is no
instruction.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Literal, cast

import jinja2
import yaml

from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.domain.calls import Message, ModelRequest
from kb_pipeline.errors import PromptError

_TURN = re.compile(r"^=== (system|user|assistant)$", re.MULTILINE)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


def as_data(text: str) -> str:
    """`text` on one line, with nothing in it that could close a tag of the prompt."""
    return " ".join(text.split()).replace("<", "‹")


_ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - prompts, not HTML
)
_ENVIRONMENT.filters["data"] = as_data
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False}


class Prompt(Value):
    """A prompt file. `fingerprint` covers the whole file: an edit without a new version shows, too."""

    id: str
    version: int
    inputs: tuple[str, ...]
    output: str  # name of the answer's model
    turns: tuple[tuple[Literal["system", "user", "assistant"], str], ...]
    fingerprint: str

    @property
    def name(self) -> str:
        """`id@version`, as provenance states it."""
        return f"{self.id}@{self.version}"

    def request(self, max_tokens: int, **values: object) -> ModelRequest:
        """The call of a model that this prompt makes. Raises PromptError."""
        return self.request_of(self.render(**values), max_tokens)

    def request_of(self, messages: tuple[Message, ...], max_tokens: int) -> ModelRequest:
        """The call with messages that were rendered before."""
        return ModelRequest(prompt=self.name, prompt_fingerprint=self.fingerprint, messages=messages, max_tokens=max_tokens)

    def render(self, **values: object) -> tuple[Message, ...]:
        """The messages. Raises PromptError if `values` are not exactly the declared inputs."""
        if set(values) != set(self.inputs):
            raise PromptError(
                f"prompt '{self.id}' takes {sorted(self.inputs)}, got {sorted(values)}",
                f"mend prompts/{self.id}.md or its caller",
            )
        return tuple(Message(role=role, content=_render(self.id, text, values)) for role, text in self.turns)


def _render(prompt_id: str, text: str, values: dict[str, object]) -> str:
    try:
        return _ENVIRONMENT.from_string(text).render(values).strip()
    except jinja2.TemplateError as error:
        raise PromptError(f"prompt '{prompt_id}': {error}", f"mend prompts/{prompt_id}.md") from error


def parse_prompt(name: str, text: str) -> Prompt:
    """The prompt in `text`. Raises PromptError, naming what is wrong."""
    remedy = f"mend prompts/{name}.md"
    match = _FRONT.match(text)
    if match is None:
        raise PromptError(f"prompt '{name}' has no front matter", remedy)
    try:
        head = yaml.safe_load(match[1])
        parts = _TURN.split(match[2])[1:]
        turns = cast(
            "list[tuple[Literal['system', 'user', 'assistant'], str]]", list(zip(parts[::2], parts[1::2], strict=True))
        )
        for _, turn in turns:
            _ENVIRONMENT.parse(turn)
        prompt = Prompt(**head, turns=tuple(turns), fingerprint=fingerprint(text))
    except (yaml.YAMLError, jinja2.TemplateError, TypeError, ValueError) as error:
        raise PromptError(f"prompt '{name}': {error}", remedy) from error
    if prompt.id != name or not turns:
        raise PromptError(f"prompt '{name}' has id '{prompt.id}' and {len(turns)} turns", remedy)
    return prompt


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt of the package with that id. Raises PromptError."""
    file = resources.files(__name__).joinpath(f"{name}.md")
    if not file.is_file():
        raise PromptError(f"no prompt '{name}'", f"known: {', '.join(prompt_names())}")
    return parse_prompt(name, file.read_text(encoding="utf-8"))


def prompt_names() -> Iterable[str]:
    """The ids of the package's prompts, sorted."""
    return sorted(f.name.removesuffix(".md") for f in resources.files(__name__).iterdir() if f.name.endswith(".md"))
