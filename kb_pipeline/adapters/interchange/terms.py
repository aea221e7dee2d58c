"""Term bases as files: TBX-Basic (ISO 30042:2019) and CSV in and out, and new rows into a pack's termbase.csv.

TBX is written in DCA style; DCT style and the older `martif` of ISO 30042:2008 are read, too. XML is parsed without
entities, DTDs or the network: a file from outside cannot read or send anything.
"""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kb_pipeline.adapters.interchange.tables import read_table
from kb_pipeline.adapters.packs.files import check_packs
from kb_pipeline.domain.markets import Term, TermStatus
from kb_pipeline.errors import PackError, UsageError

TERMBASE = "termbase.csv"
FORMATS = (".csv", ".tsv", ".tbx", ".xml")
_COLUMNS = ("source", "target", "status", "note", "source_lang")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_TBX = "urn:iso:std:iso:30042:ed-2"
_ANY = "und"  # ISO 639-2: undetermined; stands for a term of every source language
_KEEP = "Do not translate"  # the note of an entry whose term stays as it is: TBX-Basic has no category for it
_WRITTEN = {
    TermStatus.PREFERRED: "preferredTerm-admn-sts",
    TermStatus.ADMITTED: "admittedTerm-admn-sts",
    TermStatus.FORBIDDEN: "deprecatedTerm-admn-sts",
}
_READ = {written.lower(): status for status, written in _WRITTEN.items()} | {
    "preferredterm": TermStatus.PREFERRED,
    "admittedterm": TermStatus.ADMITTED,
    "deprecatedterm": TermStatus.FORBIDDEN,
    "supersededterm": TermStatus.FORBIDDEN,
    "supersededterm-admn-sts": TermStatus.FORBIDDEN,
}


def read_terms_file(path: Path, source_lang: str, target_lang: str, status: TermStatus) -> tuple[Term, ...]:
    """The terms of a CSV, TSV or TBX file; `status` is that of terms which say none, `source_lang` that of CSV rows.

    Of several renderings of one TBX entry without a status, the first has `status`, the others are admitted.
    Raises UsageError for a file that is missing, of an unknown format, or broken; it names the place.
    """
    kind = path.suffix.lower()
    if not path.is_file() or kind not in FORMATS:
        raise UsageError(f"no term base in '{path}'", f"give a file that ends with {', '.join(FORMATS)}")
    if kind in (".csv", ".tsv"):
        return tuple(_csv_terms(path, source_lang, status))
    return tuple(_tbx_terms(path, source_lang, target_lang, status))


def csv_text(terms: Iterable[Term]) -> str:
    """The terms as a termbase.csv."""
    return _row(_COLUMNS) + "".join(_row([getattr(term, column) for column in _COLUMNS]) for term in terms)


def tbx_text(terms: Iterable[Term], target_lang: str, title: str) -> str:
    """The terms as TBX-Basic, one concept entry a source term; the status is on the target's terms.

    Raises UsageError for a term that XML cannot hold (control characters).
    """
    from lxml import etree

    root = etree.Element("tbx", nsmap={None: _TBX}, attrib={"type": "TBX-Basic", "style": "dca", f"{_XML}lang": "en"})
    file_desc = etree.SubElement(etree.SubElement(root, "tbxHeader"), "fileDesc")
    etree.SubElement(etree.SubElement(file_desc, "titleStmt"), "title").text = title
    etree.SubElement(etree.SubElement(file_desc, "sourceDesc"), "p").text = "Exported by kb-pipeline"
    body = etree.SubElement(etree.SubElement(root, "text"), "body")
    concepts: dict[tuple[str, str, bool], list[Term]] = {}
    for term in terms:
        concepts.setdefault((term.source_lang, term.source, term.status is TermStatus.DO_NOT_TRANSLATE), []).append(term)
    for number, (concept, group) in enumerate(concepts.items(), 1):
        try:
            _write_concept(etree.SubElement(body, "conceptEntry", id=f"c{number}"), concept, group, target_lang)
        except ValueError as error:
            raise UsageError(f"'{concept[1]}' cannot be written as XML: {error}", "take the control characters out") from error
    text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return str(text, "utf-8")


def write_termbase(root: Path, tag: str, added: Sequence[Term]) -> None:
    """Add rows to the end of a pack's termbase.csv; what stands in it keeps its bytes.

    The file is replaced in one step. Raises PackError, and nothing is written, if the pack would not pass its checks.
    """
    path = root / tag / TERMBASE
    content = _extended(path, added)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / root.name
        shutil.copytree(root, trial)
        (trial / tag / TERMBASE).write_bytes(content)
        first = next((p for p in check_packs(trial) if Path(p.path).parent.name == tag), None)
    if first:
        raise PackError(f"{tag}/{Path(first.path).name}:{first.line}: {first.message}; nothing was written", first.remedy)
    fresh = path.with_name(f".{TERMBASE}.new")
    fresh.write_bytes(content)
    shutil.copymode(path, fresh)
    fresh.replace(path)


def _extended(path: Path, added: Sequence[Term]) -> bytes:
    """The file with the new rows, in its own columns and with its own line ends."""
    old = path.read_bytes()
    text = old.decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    if "source_lang" not in header and any(term.source_lang for term in added):
        raise PackError(f"{path}:1: the header has no 'source_lang'", f"make it: {','.join(_COLUMNS)}; empty in old rows")
    end = "\r\n" if "\r\n" in text else "\n"
    rows = "".join(_row([getattr(term, column, "") for column in header], end) for term in added)
    return old + (("" if text.endswith("\n") else end) + rows).encode()


def _row(cells: Sequence[str], end: str = "\n") -> str:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator=end).writerow(cells)
    return line.getvalue()


def _csv_terms(path: Path, source_lang: str, status: TermStatus) -> Iterator[Term]:
    for line, row in read_table(path):
        cells = {name.strip(): str(cell).strip() for name, cell in row.items()}
        if "source" not in cells or "target" not in cells:
            raise UsageError(f"'{path}' has no columns 'source' and 'target'", f"make the header: {','.join(_COLUMNS)}")
        written = cells.get("status") or status.value
        if written not in set(TermStatus):
            raise UsageError(f"'{path}' line {line}: no status '{written}'", f"one of: {', '.join(TermStatus)}")
        if not cells["target"]:
            raise UsageError(f"'{path}' line {line}: 'target' is empty", "fill the cell or delete the row")
        if not cells["source"] and written != TermStatus.FORBIDDEN:
            raise UsageError(f"'{path}' line {line}: 'source' is empty", "only a forbidden target stands for any source")
        yield Term(
            source=cells["source"],
            target=cells["target"],
            status=TermStatus(written),
            note=cells.get("note", ""),
            source_lang=cells.get("source_lang", source_lang),
        )


def _tbx_terms(path: Path, source_lang: str, target_lang: str, status: TermStatus) -> Iterator[Term]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.parse(path, parser).getroot()
    except etree.XMLSyntaxError as error:
        raise UsageError(f"'{path}' line {error.lineno} is no XML: {error.msg}", "export the file again") from error
    except OSError as error:  # libxml2's own, also for bytes of no encoding
        raise UsageError(f"'{path}' cannot be read: {error}", "export the file again, as UTF-8") from error
    if _name(root) not in ("tbx", "martif"):
        raise UsageError(f"'{path}' is no TBX: its root is '{_name(root)}'", "export the term base as TBX-Basic")
    for entry in root.iter("{*}conceptEntry", "{*}termEntry"):
        yield from _entry_terms(entry, source_lang, target_lang, status)


def _entry_terms(entry: Any, source_lang: str, target_lang: str, status: TermStatus) -> Iterator[Term]:  # noqa: ANN401
    sections = [(s.get(f"{_XML}lang") or s.get("lang") or "", s) for s in entry.iter("{*}langSec", "{*}langSet")]
    targets = _section(sections, target_lang)
    others = [section for section in sections if section[1] is not targets[1]]
    lang, sources = _section(others, source_lang) if _section(others, source_lang)[1] is not None else _section(others, _ANY)
    keeps = any(_squeezed(note) == _squeezed(_KEEP) for note in entry.findall("{*}note"))
    names = [text for text, _, _ in _terms_in(sources)] if sources is not None else [""]
    for source in names:
        first = True
        for target, written, note in _terms_in(targets[1]) if targets[1] is not None else ():
            if keeps or (written is None and source == target):
                standing = TermStatus.DO_NOT_TRANSLATE
            else:
                standing = written or (status if first or status is not TermStatus.PREFERRED else TermStatus.ADMITTED)
            first = False
            if source or standing is TermStatus.FORBIDDEN:
                yield Term(
                    source=source, target=target, status=standing, note=note, source_lang="" if lang in ("", _ANY) else lang
                )


def _section(sections: Sequence[tuple[str, Any]], tag: str) -> tuple[str, Any]:
    """The section of exactly this language, else of any variant of it; the language as the file calls it."""
    exact = (s for s in sections if s[0].lower() == tag.lower())
    near = (s for s in sections if s[0].lower().split("-")[0] == tag.lower().split("-")[0])
    return next(exact, None) or next(near, None) or ("", None)


def _terms_in(section: Any) -> Iterator[tuple[str, TermStatus | None, str]]:  # noqa: ANN401
    """Term, status and note of each term of a language section."""
    for block in section.iter("{*}termSec", "{*}tig", "{*}ntig"):
        term = next(block.iter("{*}term"), None)
        text = " ".join("".join(term.itertext()).split()) if term is not None else ""
        notes = {n.get("type") or _name(n): (n.text or "").strip() for n in block.iter("{*}*")}
        standing = notes.get("administrativeStatus") or notes.get("normativeAuthorization") or ""
        if text:
            yield text, _READ.get(standing.lower()), notes.get("note", "")


def _write_concept(entry: Any, concept: tuple[str, str, bool], terms: Sequence[Term], target_lang: str) -> None:  # noqa: ANN401
    from lxml import etree

    source_lang, source, keeps = concept
    if keeps:
        etree.SubElement(entry, "note").text = _KEEP
    if source:
        section = etree.SubElement(entry, "langSec", attrib={f"{_XML}lang": source_lang or _ANY})
        etree.SubElement(etree.SubElement(section, "termSec"), "term").text = source
    section = etree.SubElement(entry, "langSec", attrib={f"{_XML}lang": target_lang})
    for term in terms:
        block = etree.SubElement(section, "termSec")
        etree.SubElement(block, "term").text = term.target
        if term.status in _WRITTEN:
            etree.SubElement(block, "termNote", type="administrativeStatus").text = _WRITTEN[term.status]
        if term.note:
            etree.SubElement(block, "note").text = term.note


def _squeezed(note: Any) -> str:  # noqa: ANN401
    text = note if isinstance(note, str) else note.text or ""
    return re.sub("[^a-z]", "", text.lower())


def _name(element: Any) -> str:  # noqa: ANN401
    return str(element.tag).rsplit("}", 1)[-1]
