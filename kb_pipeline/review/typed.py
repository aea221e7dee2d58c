"""What a person typed into a form of the card, as values: line ends as in a file, no control characters."""

from dataclasses import dataclass

from starlette.datastructures import FormData

from kb_pipeline.domain.changes import RootCause
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import MqmCategory

NOTHING = FaqText(question="", answer="")
_CONTROL = {code: None for code in range(32) if code not in (9, 10)}  # what no text has; tabs and line ends stay


@dataclass(frozen=True)
class Typed:
    """What a person typed, to be shown again when it could not be taken. `is_text`: another text than the form began with."""

    text: FaqText = NOTHING
    category: str = ""
    cause: str = ""
    comment: str = ""
    override: bool = False
    open: str = ""  # the panel that it was typed in: approve, edit, request or reject
    is_text: bool = False


def typed_of(fields: FormData, panel: str) -> Typed:
    """The form as values, empty phrasings dropped; its field `text` is the hash of the text that it began with."""
    text, approves = _text_of(fields), panel == "approve"
    return Typed(
        text=text,
        category=_one_of(MqmCategory, _clean(fields, "category")),
        cause=_one_of(RootCause, _clean(fields, "cause")),
        comment=((_clean(fields, "approve_comment").strip() if approves else "") or _clean(fields, "comment").strip()),
        override=fields.get("override") == "yes" or (approves and fields.get("approve_override") == "yes"),
        open=panel,
        is_text="answer" in fields and text.hash != fields.get("text"),
    )


def as_typed(text: FaqText) -> FaqText:
    """`text` as a form that nobody touched sends it back."""
    phrasings = tuple(line.strip() for p in text.phrasings for line in _plain(p).split("\n") if line.strip())
    return FaqText(question=_plain(text.question), answer=_plain(text.answer), phrasings=phrasings)


def cause_of(typed: Typed) -> RootCause | None:
    """The root cause that was chosen."""
    return RootCause(typed.cause) if typed.cause else None


def version_of(fields: FormData) -> int:
    """The version that the person saw; 0 where the form says none."""
    text = str(fields.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _text_of(fields: FormData) -> FaqText:
    phrasings = (_clean(fields, "phrasings"),)
    return as_typed(FaqText(question=_clean(fields, "question"), answer=_clean(fields, "answer"), phrasings=phrasings))


def _one_of(choices: type[MqmCategory] | type[RootCause], text: str) -> str:
    return text if text in {choice.value for choice in choices} else ""


def _clean(fields: FormData, name: str) -> str:
    return _plain(str(fields.get(name, "")))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)
