"""What was proposed, edited and asked for before, for people: earlier texts against the one that is decided on."""

from collections.abc import Iterator

from rich.text import Text

from kb_pipeline.domain.changes import ReturnReason
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.services.review.card import Card
from kb_pipeline.services.review.requests import RequestOutcome, RequestRecord
from kb_pipeline.steps.language.diff import word_diff

DIFF = {"same": "", "added": "green underline", "removed": "red strike"}
_OUTCOMES = {
    RequestOutcome.OPEN: "the next kb run asks the model",
    RequestOutcome.ANSWERED: "this is the answer, against the text before",
    ReturnReason.SAME_TEXT: "the model gave no other text; decide on this one",
    ReturnReason.CALL_FAILED: "the call of the model failed; decide on this text, or ask again",
    ReturnReason.SOURCE_GONE: "its source is gone, no model can be asked; decide on this text",
}


def edit_lines(card: Card, proposed: FaqText) -> Iterator[Text]:
    """What was proposed against what people made of it, and what they say of that."""
    yield from _differences(card, proposed)
    for event in card.edits:
        after = event.after or {}
        words = filter(None, (after.get("category"), after.get("root_cause"), after.get("comment")))
        yield Text(" · ".join((f"{event.actor}, {event.at:%Y-%m-%d %H:%M} UTC", *words)), style="dim")
    yield Text(f"to take the proposed text: kb review edit {card.change.id} --proposed", style="dim")


def request_lines(record: RequestRecord, card: Card) -> Iterator[Text]:
    """What a person asked for, and what came of it."""
    yield Text.assemble((f"{record.actor}, {record.at:%Y-%m-%d %H:%M} UTC: ", "dim"), record.comment)
    outcome = _OUTCOMES[record.reason or record.outcome]
    yield Text(f"{outcome}: {record.detail}" if record.detail else outcome, style="yellow")
    if record.before:
        yield from _differences(card, record.before)


def _differences(card: Card, old: FaqText) -> Iterator[Text]:
    """Question, answer and phrasings, from an old text to the one that is decided on."""
    if card.change.revision is None:
        return
    new, language = card.change.revision.text, card.change.revision.language
    pairs = ((old.question, new.question), (old.answer, new.answer), ("\n".join(old.phrasings), "\n".join(new.phrasings)))
    for before, after in pairs:
        if before or after:
            yield Text.assemble(*((piece.text, DIFF[piece.kind]) for piece in word_diff(before, after, language)))
