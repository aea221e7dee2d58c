"""market.yaml as a value, or as problems with their lines. The tables beside it are read in `tables`."""

from collections.abc import Sequence
from typing import Literal

import langcodes
import yaml
from babel import Locale
from babel.numbers import list_currencies
from pydantic import ValidationError
from yaml.reader import ReaderError

from kb_pipeline.adapters.packs.problems import PackFile
from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.markets import Clause, Conventions, Limits, SentenceExample, Unavailable
from kb_pipeline.steps.language.tags import nearest_tag

Lines = dict[tuple[str | int, ...], int]  # where each key or item of a YAML file stands


class _Pair(Value):
    question: str
    answer: str


class _Example(Value):
    source: _Pair
    target: _Pair


class MarketFile(Value):
    """market.yaml as it is written."""

    tag: str
    name: str
    language_name: str
    conventions: Conventions
    limits: Limits = Limits()
    fallback: tuple[str, ...] = ()
    risk_topics: tuple[str, ...] = ()
    minor_source_changes: Literal["keep", "update"] = "update"
    addresses: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
    style_brief: str = ""
    examples: tuple[_Example, ...] = ()
    sentence_examples: tuple[SentenceExample, ...] = ()


def read_market_file(file: PackFile, known: Sequence[str]) -> MarketFile | None:
    """market.yaml as a value; None, and problems, if it is none."""
    text = file.text()
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        file.fault(line, "malformed-yaml", f"no YAML: {error.problem}", "mind indentation, colons and quotes")
        return None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        file.fault(line, "malformed-yaml", f"no YAML: {error.reason}", "delete the control character")
        return None
    lines = yaml_lines(file, node) if node else {}
    try:
        head = MarketFile.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            _report_yaml(file, lines, fault["loc"], fault["type"], fault["msg"])
        return None
    _check_market_file(file, lines, head, known)
    return head


def yaml_lines(file: PackFile, node: yaml.Node, at: tuple[str | int, ...] = ()) -> Lines:
    """The line of every key and item below `node`. A key that stands twice is a problem: YAML would drop the first."""
    lines: Lines = {at: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*at, str(key.value))
            if below in lines:
                file.fault(key.start_mark.line + 1, "duplicate-key", f"'{key.value}' stands twice", "delete one of them")
            lines |= yaml_lines(file, value, below) | {below: key.start_mark.line + 1}
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines |= yaml_lines(file, value, (*at, index))
    return lines


def _report_yaml(file: PackFile, lines: Lines, at: tuple[str | int, ...], kind: str, message: str) -> None:
    """One of pydantic's errors as a problem, at the line of the nearest thing that is there."""
    present = next(at[:length] for length in range(len(at), -1, -1) if at[:length] in lines or not length)
    line, name = lines.get(present, 1), ".".join(map(str, at)) or "the file"
    if kind == "extra_forbidden":
        file.fault(line, "unknown-key", f"there is no key '{name}'", "delete it or correct its spelling")
    elif kind == "missing":
        file.fault(line, "missing-key", f"'{name}' is missing", "add the key")
    else:
        file.fault(
            line, "bad-value", f"'{name}': {message}", "correct the value; quote text that YAML takes for something else"
        )


def _check_market_file(file: PackFile, lines: Lines, head: MarketFile, known: Sequence[str]) -> None:
    """The rules that need knowledge of the world: tags, currencies, scripts, other packs."""
    folder = file.path.parent.name
    tag_line = lines.get(("tag",), 1)
    if not langcodes.tag_is_valid(head.tag) or langcodes.standardize_tag(head.tag) != head.tag:
        file.fault(tag_line, "unknown-tag", f"'{head.tag}' is no BCP-47 tag", "write the language, a hyphen, the REGION")
    elif head.tag != folder:
        file.fault(tag_line, "tag-mismatch", f"the tag '{head.tag}' stands in the folder '{folder}'", "rename one of them")
    currency = head.conventions.currency
    if currency not in list_currencies():
        at = lines.get(("conventions", "currency"), 1)
        file.fault(at, "unknown-currency", f"'{currency}' is no ISO 4217 code", "write e.g. USD or THB")
    for index, script in enumerate(head.conventions.scripts):
        if script not in Locale("en").scripts:
            at = lines.get(("conventions", "scripts", index), 1)
            file.fault(at, "unknown-script", f"'{script}' is no ISO 15924 code", "write e.g. Latn or Thai")
    for index, name in enumerate(head.fallback):
        if name not in known or name == folder:
            others = [tag for tag in known if tag != folder]
            near = nearest_tag(name, others)
            remedy = f"{f'did you mean {near}? ' if near else ''}use another pack: {', '.join(others) or 'there is none'}"
            file.fault(lines.get(("fallback", index), 1), "unknown-fallback", f"no fallback pack '{name}'", remedy)
    _check_policies(file, lines, head)


def _check_policies(file: PackFile, lines: Lines, head: MarketFile) -> None:
    """Clauses that can be met, and no empty word: it would be found everywhere."""
    for index, clause in enumerate(head.clauses):
        at = ("clauses", index)
        for name in ("topic", "any_of", "text", "source"):
            _must_be_filled(file, lines, (*at, name), getattr(clause, name))
        _must_be_filled(file, lines, (*at, "when"), clause.when or ("always",))
        if not any(comparison_key(word).casefold() in comparison_key(clause.text).casefold() for word in clause.any_of):
            remedy = "write one of them into the text, or the text's wording into any_of"
            file.fault(lines.get((*at, "text"), 1), "unmet-clause", "the clause's text holds none of its any_of", remedy)
    for index, item in enumerate(head.unavailable):
        for name in ("name", "words", "source"):
            _must_be_filled(file, lines, ("unavailable", index, name), getattr(item, name))
    _must_be_filled(file, lines, ("addresses",), head.addresses or ("none",))
    tone = head.conventions.tone
    wanted = tone.particles if tone.particle_use == "always" else tone.particles or ("any",)
    _must_be_filled(file, lines, ("conventions", "tone", "particles"), wanted)
    for name in ("avoid", "endings"):
        _must_be_filled(file, lines, ("conventions", "tone", name), getattr(tone, name) or ("none",))


def _must_be_filled(file: PackFile, lines: Lines, at: tuple[str | int, ...], value: str | tuple[str, ...]) -> None:
    """A problem if a text, or a list or one of its words, is empty."""
    words = (value,) if isinstance(value, str) else value
    if not words or not all(word.strip() for word in words):
        line = next(lines[at[:length]] for length in range(len(at), -1, -1) if at[:length] in lines)
        file.fault(line, "empty-value", f"'{'.'.join(map(str, at))}' is empty", "fill it, or delete what it belongs to")
