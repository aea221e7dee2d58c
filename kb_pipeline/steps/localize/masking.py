"""What must come through to the letter is hidden behind marks for a model, put back after it, and counted. No I/O.

Hidden are code, links, e-mail addresses and placeholders. A mark is `[[1]]`; models also write it `[1]`, `[[ 1 ]]` or
`【1】`, and all of these are read. Text that looks like a mark is hidden itself, so that nothing is ever mistaken for one.
"""

import re
from collections.abc import Iterable

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.numbers import plain
from kb_pipeline.steps.language.prose import WHOLE_CODE

_KINDS = frozenset({FactKind.URL, FactKind.EMAIL, FactKind.PLACEHOLDER})
_MARK = re.compile(r"[\[［【〚⟦{｛]{1,2}[ \u00a0]?([0-9０-９๐-๙]{1,3})[ \u00a0]?[\]］】〛⟧}｝]{1,2}")


class Masked(Value):
    """A text with marks. The mark `[[n]]` stands for the n-th of `pieces`."""

    text: FaqText
    pieces: tuple[str, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks, each once."""
        return tuple(_mark(number) for number in range(1, len(self.pieces) + 1))

    def hide(self, text: str) -> str:
        """Another text with the same pieces behind the same marks."""
        if not self.pieces:
            return text
        known = {piece: _mark(number) for number, piece in enumerate(self.pieces, start=1)}
        longest_first = sorted(known, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), lambda found: known[found[0]], text)

    def restore(self, text: str) -> str:
        """`text` with the pieces in the place of their marks; one that stands for nothing is left to the checks."""
        return _MARK.sub(self._piece, text)

    def restored(self, text: FaqText) -> FaqText:
        """All of `text`, restored."""
        return FaqText(
            question=self.restore(text.question),
            answer=self.restore(text.answer),
            phrasings=tuple(map(self.restore, text.phrasings)),
        )

    def _piece(self, mark: re.Match[str]) -> str:
        number = int(plain(mark[1]))
        return self.pieces[number - 1] if 0 < number <= len(self.pieces) else mark[0]


def mask(text: FaqText, language: str) -> Masked:
    """`text` with marks in the place of its protected pieces; equal pieces have one mark."""
    numbers: dict[str, int] = {}

    def masked(part: str) -> str:
        shown, at = "", 0
        for start, end in protected(part, language):
            number = numbers.setdefault(part[start:end], len(numbers) + 1)
            shown += part[at:start] + _mark(number)
            at = end
        return shown + part[at:]

    shown = FaqText(question=masked(text.question), answer=masked(text.answer), phrasings=tuple(map(masked, text.phrasings)))
    return Masked(text=shown, pieces=tuple(numbers))


def protected(text: str, language: str) -> list[tuple[int, int]]:
    """The spans of code, links, e-mail addresses, placeholders, and of what looks like a mark; none overlapping, in order."""
    facts = [(fact.start, fact.end) for fact in extract(text, language) if fact.kind in _KINDS]
    code = [match.span() for match in WHOLE_CODE.finditer(text)]
    return _united([*facts, *code, *(match.span() for match in _MARK.finditer(text))])


def is_mark(text: str) -> bool:
    """Whether all of `text` looks like a mark."""
    return _MARK.fullmatch(text) is not None


def _mark(number: int) -> str:
    return f"[[{number}]]"


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping spans as one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif start < end:
            united.append((start, end))
    return united
