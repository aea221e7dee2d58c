"""Writes the translation memory as TMX 1.4b, unit by unit. `bilingual` reads it, and any other TMX.

What XML cannot hold, such as control characters, stands as `<ph type="x-character">U+0007</ph>`, so that nothing
is lost on the way there and back.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb_pipeline import __version__
from kb_pipeline.adapters.interchange.bilingual import CHARACTER
from kb_pipeline.domain.translation_memory import MemoryUnit
from kb_pipeline.errors import UsageError

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not a Char of XML 1.0


def write_tmx(path: Path, units: Iterable[MemoryUnit]) -> int:
    """Write `units` to the file; how many. It appears when it is whole. Raises UsageError where it cannot be written."""
    count = 0
    part = path.with_name(f"{path.name}.part")
    try:
        with _body(part) as body:
            for unit in units:
                body.write(_element(unit))
                count += 1
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {error.strerror}", "name a file in a folder that you may write to") from error
    finally:
        part.unlink(missing_ok=True)
    return count


@contextmanager
def _body(path: Path) -> Iterator[Any]:
    """The body of a TMX file, open to write elements to."""
    from lxml import etree

    header = {
        "creationtool": "kb-pipeline",
        "creationtoolversion": __version__,
        "segtype": "block",  # questions, answers and sentences, each whole
        "o-tmf": "kb-pipeline",
        "adminlang": "en",
        "srclang": "*all*",  # each unit names its own
        "datatype": "plaintext",
    }
    with etree.xmlfile(str(path), encoding="utf-8") as file:
        file.write_declaration()
        with file.element("tmx", version="1.4"):
            file.write(etree.Element("header", header))
            with file.element("body"):
                yield file


def _element(unit: MemoryUnit) -> Any:  # noqa: ANN401 - an lxml element, which has no useful type
    from lxml import etree

    element = etree.Element("tu", tuid=unit.id, srclang=unit.source_language)
    if unit.actor:
        element.set("creationid", _NO_XML.sub("\ufffd", unit.actor))
    etree.SubElement(element, "prop", type="x-origin").text = _NO_XML.sub("\ufffd", unit.origin)
    for language, text in ((unit.source_language, unit.source), (unit.market, unit.target)):
        variant = etree.SubElement(element, "tuv")
        variant.set(_LANG, language)
        _fill(etree.SubElement(variant, "seg"), text)
    element.tail = "\n"
    return element


def _fill(segment: Any, text: str) -> None:  # noqa: ANN401
    from lxml import etree

    at, last = 0, None
    for match in _NO_XML.finditer(text):
        _put(segment, last, text[at : match.start()])
        last = etree.SubElement(segment, "ph", type=CHARACTER)
        last.text = f"U+{ord(match[0]):04X}"
        at = match.end()
    _put(segment, last, text[at:])


def _put(segment: Any, last: Any, text: str) -> None:  # noqa: ANN401
    """`text` behind the last element of the segment, or at its beginning."""
    if last is None:
        segment.text = text
    else:
        last.tail = text
