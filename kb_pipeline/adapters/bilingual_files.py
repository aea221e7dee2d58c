"""Reads aligned blocks of source and target text: JSONL, CSV, TMX, XLIFF 1.2 and 2, PO. No rules here.

XML is parsed without entities, DTDs or the network: a file from outside cannot read or send anything.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb_pipeline.adapters.table_files import read_table
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import UsageError

FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", ".tmx", ".xliff", ".xlf", ".po")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Block(Value):
    """One aligned piece of text. `place` says where it stands in the file: a line, a unit's id."""

    source: str
    target: str
    place: str


def read_blocks(path: Path, source_lang: str, target_lang: str, fields: tuple[str, str]) -> Iterator[Block]:
    """The blocks of a file that have both texts. `fields` names the columns of JSONL and CSV; languages choose in TMX.

    Raises UsageError for a file that is missing, of an unknown format, not UTF-8, or broken; it names the place.
    """
    kind = path.suffix.lower()
    if not path.is_file():
        raise UsageError(f"no file '{path}'", f"give a file that ends with {', '.join(FORMATS)}")
    if kind not in FORMATS:
        raise UsageError(f"'{path}' is of no known format", f"give a file that ends with {', '.join(FORMATS)}")
    if kind == ".tmx":
        blocks = _tmx(path, source_lang, target_lang)
    elif kind in (".xliff", ".xlf"):
        blocks = _xliff(path)
    else:
        blocks = _po(path) if kind == ".po" else _rows(path, fields)
    yield from (block for block in blocks if block.source.strip() and block.target.strip())


def _rows(path: Path, fields: tuple[str, str]) -> Iterator[Block]:
    for line, row in read_table(path):
        missing = [field for field in fields if field not in row]
        if missing:
            raise UsageError(
                f"'{path}' line {line} has no '{missing[0]}', only {', '.join(map(str, row)) or 'nothing'}",
                "name the two fields: --fields source,target",
            )
        yield Block(source=str(row[fields[0]] or ""), target=str(row[fields[1]] or ""), place=f"line {line}")


def _root(path: Path) -> Any:  # noqa: ANN401 - an lxml element, which has no useful type
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.parse(path, parser).getroot()
    except etree.XMLSyntaxError as error:
        raise UsageError(f"'{path}' line {error.lineno} is no XML: {error.msg}", "export the file again") from error


def _tmx(path: Path, source_lang: str, target_lang: str) -> Iterator[Block]:
    for number, unit in enumerate(_root(path).iter("{*}tu"), 1):
        said = {(tuv.get(_LANG) or tuv.get("lang") or "").lower(): tuv.find("{*}seg") for tuv in unit.iter("{*}tuv")}
        source, target = _of(said, source_lang), _of(said, target_lang)
        if source is not None and target is not None:
            yield Block(source=_inline(source), target=_inline(target), place=unit.get("tuid") or f"unit {number}")


def _of(said: Mapping[str, Any], tag: str) -> Any:  # noqa: ANN401
    """The text in exactly this language, else in any variant of it."""
    tag = tag.lower()
    near = (text for lang, text in said.items() if lang.split("-")[0] == tag.split("-")[0])
    return said[tag] if tag in said else next(near, None)


def _xliff(path: Path) -> Iterator[Block]:
    for number, unit in enumerate(_root(path).iter("{*}trans-unit", "{*}segment"), 1):
        source, target = unit.find("{*}source"), unit.find("{*}target")
        if source is not None and target is not None:
            owner = unit if unit.get("id") else unit.getparent()
            yield Block(source=_inline(source), target=_inline(target), place=owner.get("id") or f"unit {number}")


def _inline(element: Any) -> str:  # noqa: ANN401
    """The text with its inline tags: those that stand for something and hold no text become placeholders, `{x:1}`."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            parts.append(child.tail or "")
            continue
        inner = _inline(child)
        name = child.tag.rsplit("}", 1)[-1]
        parts.append(inner or f"{{{name}:{child.get('id') or child.get('x') or ''}}}")
        parts.append(child.tail or "")
    return "".join(parts)


def _po(path: Path) -> Iterator[Block]:
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"'{path}' is no PO file: {error}", "export the file again") from error
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        for form, target in enumerate(texts):
            source = ids[min(form, len(ids) - 1)]
            yield Block(source=source, target=target or "", place=f"line {message.lineno}")
