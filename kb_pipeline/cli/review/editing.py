"""An edited text, from options or from the person's editor."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.errors import KBError, UsageError

_HELP = "# Q: the question; A: the answer (may run on); P: other ways to ask. The lines above Q: are dropped.\n"


def edited_text(text: FaqText, question: str | None, answer: str | None, phrasings: Sequence[str] | None) -> FaqText:
    """`text` with the given parts replaced; without any, as the person leaves it in $EDITOR. Raises UsageError."""
    if question is None and answer is None and not phrasings:
        return _in_editor(text)
    return FaqText(
        question=text.question if question is None else question,
        answer=text.answer if answer is None else answer,
        phrasings=text.phrasings if not phrasings else tuple(phrasings),
    )


def _in_editor(text: FaqText) -> FaqText:
    if not sys.stdin.isatty():
        raise UsageError("nothing to edit with", "give --question, --answer or --phrasing, or use a terminal")
    edited = click.edit(_HELP + _as_edited(text), extension=".md")
    if edited is None:
        raise UsageError("the editor was left without saving", "save the text to go on")
    return parse_edited(edited)


@contextmanager
def kept_if_refused(text: FaqText, change_id: str) -> Iterator[None]:
    """Keep a text that is refused in a file, and say in the remedy where: nobody types it twice."""
    try:
        yield
    except KBError as error:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix=f"kb-{change_id}-", suffix=".md", delete=False) as file:
            file.write(_as_edited(text))
        error.remedy = (
            f"{error.remedy}; your text is kept in {file.name}" if error.remedy else f"your text is kept in {file.name}"
        )
        raise


def _as_edited(text: FaqText) -> str:
    asked = "".join(f"P: {p}\n" for p in text.phrasings)
    return f"Q: {text.question}\nA: {text.answer}\n{asked}"


def parse_edited(edited: str) -> FaqText:
    """The text in the form that the editor shows. Raises UsageError."""
    parts: dict[str, list[str]] = {"Q": [], "A": [], "P": []}
    current = ""
    for line in edited.splitlines():
        if line[:2] in ("Q:", "A:", "P:"):
            current = line[0]
            parts[current].append(line[2:].strip())
        elif current and parts[current]:
            parts[current][-1] += f"\n{line}"
    if len(parts["Q"]) != 1 or len(parts["A"]) != 1:
        raise UsageError("the text needs exactly one line 'Q:' and one 'A:'", "edit it again")
    question, answer = parts["Q"][0].strip(), parts["A"][0].strip()
    return FaqText(question=question, answer=answer, phrasings=tuple(p.strip() for p in parts["P"] if p.strip()))
