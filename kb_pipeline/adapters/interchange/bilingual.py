"""Reads aligned blocks of source and target text: JSONL, CSV, TMX, XLIFF 1.2 and 2, PO. No rules here.

Blocks are read one at a time, so that the size of a file does not matter. XML is parsed without entities, DTDs or the
network: a file from outside cannot read or send anything.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from pathlib import Path
from typing import Any, BinaryIO

from kb_pipeline.adapters.interchange.tables import LONGEST_LINE, Opener, open_plainly, read_table, sound
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import UsageError

FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", ".tmx", ".xliff", ".xlf", ".po")
CHARACTER = "x-character"  # type of a TMX `ph` that holds, as `U+0007`, a character which XML cannot
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PO_LINES = 1_000  # after so many a catalog is cut, at the next entry
_MOST_FORMS = 8  # plural forms of a message; no language has more than six
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
)  # Python's codecs that are none
_PO_ENTRY = re.compile(rb"#|msgctxt\b|msgid\b")


class AlignedBlock(Value):
    """One aligned piece of text. `place` says where it stands in the file: a line, a unit's id."""

    source: str
    target: str
    place: str


def read_blocks(
    path: Path, source_lang: str, target_lang: str, fields: tuple[str, str], opened: Opener = open_plainly
) -> Iterator[AlignedBlock]:
    """The blocks of a file that have both texts. `fields` names the columns of JSONL and CSV; languages choose in TMX.

    Raises UsageError for a file that is missing, of an unknown format, not UTF-8, or broken; it names the place.
    """
    kind = path.suffix.lower()
    if not path.is_file():
        raise UsageError(f"no file '{path}'", f"give a file that ends with {', '.join(FORMATS)}")
    if kind not in FORMATS:
        raise UsageError(f"'{path}' is of no known format", f"give a file that ends with {', '.join(FORMATS)}")
    if kind == ".tmx":
        blocks = _tmx(path, opened, source_lang, target_lang)
    elif kind in (".xliff", ".xlf"):
        blocks = _xliff(path, opened)
    else:
        blocks = _po(path, opened) if kind == ".po" else _rows(path, opened, fields)
    for block in blocks:
        if block.source.strip() and block.target.strip():
            yield AlignedBlock(source=sound(block.source), target=sound(block.target), place=block.place)


def _rows(path: Path, opened: Opener, fields: tuple[str, str]) -> Iterator[AlignedBlock]:
    for line, row in read_table(path, opened):
        missing = [field for field in fields if field not in row]
        if missing:
            raise UsageError(
                f"'{path}' line {line} has no '{missing[0]}', only {', '.join(map(str, row)) or 'nothing'}",
                "name the two fields: --fields source,target",
            )
        yield AlignedBlock(source=str(row[fields[0]] or ""), target=str(row[fields[1]] or ""), place=f"line {line}")


def _elements(path: Path, opened: Opener, *tags: str) -> Iterator[Any]:
    """The elements called `tags`, one at a time; each is gone when the next is asked for."""
    from lxml import etree

    with opened(path) as file:
        found = etree.iterparse(
            file, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            for _, element in found:
                yield element
                element.clear(keep_tail=True)
                _forget_before(element)
        except etree.XMLSyntaxError as error:
            raise UsageError(f"'{path}' line {error.lineno} is no XML: {error.msg}", "export the file again") from error


def _forget_before(element: Any) -> None:  # noqa: ANN401 - an lxml element, which has no useful type
    for ancestor in (element, *element.iterancestors()):
        parent = ancestor.getparent()
        while parent is not None and ancestor.getprevious() is not None:
            del parent[0]


def _tmx(path: Path, opened: Opener, source_lang: str, target_lang: str) -> Iterator[AlignedBlock]:
    for number, unit in enumerate(_elements(path, opened, "{*}tu"), 1):
        segments = {(tuv.get(_LANG) or tuv.get("lang") or "").lower(): tuv.find("{*}seg") for tuv in unit.iter("{*}tuv")}
        source, target = _of(segments, source_lang), _of(segments, target_lang)
        if source is not None and target is not None and source is not target:
            yield AlignedBlock(source=_inline(source), target=_inline(target), place=unit.get("tuid") or f"unit {number}")


def _of(segments: Mapping[str, Any], tag: str) -> Any:  # noqa: ANN401
    """The text in exactly this language, else in any variant of it."""
    tag = tag.lower()
    near = (text for lang, text in segments.items() if lang.split("-")[0] == tag.split("-")[0])
    return segments[tag] if tag in segments else next(near, None)


def _xliff(path: Path, opened: Opener) -> Iterator[AlignedBlock]:
    for number, unit in enumerate(_elements(path, opened, "{*}trans-unit", "{*}segment"), 1):
        source, target = unit.find("{*}source"), unit.find("{*}target")
        if source is not None and target is not None:
            owner = unit if unit.get("id") else unit.getparent()
            yield AlignedBlock(source=_inline(source), target=_inline(target), place=owner.get("id") or f"unit {number}")


def _inline(element: Any) -> str:  # noqa: ANN401
    """The text with its inline tags: those that stand for something and hold no text become placeholders, `{x:1}`."""
    if element.get("type") == CHARACTER and re.fullmatch(r"U\+[0-9A-F]{4}", element.text or ""):
        return chr(int(element.text[2:], 16))
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


def _po(path: Path, opened: Opener) -> Iterator[AlignedBlock]:
    from babel.messages.pofile import PoFileError, PoFileParser

    charset = "utf-8"
    with opened(path) as file:
        for before, part in _po_parts(path, file):
            catalog = _po_catalog(charset)
            try:
                PoFileParser(catalog, abort_invalid=True).parse(part)
            except (PoFileError, LookupError, ValueError) as error:
                raise UsageError(f"'{path}' is no PO file, near line {before + 1}: {error}", "export the file again") from error
            charset = str(catalog.charset)
            for message in catalog:
                if message.id and not message.fuzzy:
                    yield from _forms(message, f"line {before + (message.lineno or 0)}")


def _po_catalog(charset: str) -> Any:  # noqa: ANN401 - babel loads when a catalog is read
    """A catalog that takes nothing from a file's header but its character set: what else stands there may be anything."""
    from babel.messages.catalog import Catalog

    class Texts(Catalog):
        num_plurals = _MOST_FORMS

        @property
        def mime_headers(self) -> list[tuple[str, str]]:
            return []

        @mime_headers.setter
        def mime_headers(self, headers: list[tuple[str, str]]) -> None:
            for name, value in headers:
                if name.lower() == "content-type":
                    self.charset = _charset_in(value) or self.charset

    return Texts(charset=charset)


def _charset_in(content_type: str) -> str | None:
    """The character set that a header names. Raises LookupError for one that is none."""
    header = Message()
    header["Content-Type"] = content_type
    name = header.get_content_charset()
    if name and codecs.lookup(name).name in _NO_CHARSETS:
        raise LookupError(f"'{name}' is no character set")
    return name


def _po_parts(path: Path, file: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """The first entry, then runs of whole entries, each with the number of lines before it."""
    part: list[bytes] = []
    before, size, is_blank, enough = 0, 0, False, 1
    while line := file.readline(LONGEST_LINE):
        if is_blank and len(part) >= enough and _PO_ENTRY.match(line) and any(row.startswith(b"msgid") for row in part):
            yield before, part
            before, size, part, enough = before + len(part), 0, [], _PO_LINES
        part.append(line)
        size += len(line)
        if size >= LONGEST_LINE:
            raise UsageError(f"'{path}' has {LONGEST_LINE:,} bytes without a blank line", "export the file again")
        is_blank = not line.strip()
    yield before, part


def _forms(message: Any, place: str) -> Iterator[AlignedBlock]:  # noqa: ANN401 - a babel Message
    """A message, each of its plural forms by itself; a language's only form stands for the source's plural."""
    ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if len(ids) > 1 and not any(texts[1:]):
        ids = ids[1:]
    for form, target in enumerate(texts):
        yield AlignedBlock(source=ids[min(form, len(ids) - 1)], target=target or "", place=place)
