"""What comparing two texts of one market found: how alike they are, in what they differ. No verdict: thresholds may move."""

from typing import Literal

from pydantic import Field

from kb_pipeline.domain.base import Value


class Discrepancy(Value):
    """One thing in which two texts differ. A side that says nothing of it is empty.

    `kind` is a kind of commitment or of fact, or `word`, `opposite`, `verdict` (yes and no). `opposes`: both cannot be true.
    """

    part: Literal["question", "answer"]
    kind: str
    here: str = ""
    there: str = ""
    opposes: bool = False

    def turned(self) -> "Discrepancy":
        """The same seen from the other text."""
        return self.model_copy(update={"here": self.there, "there": self.here})

    def __str__(self) -> str:
        """In plain words: the answers differ: at most 5 / at least 5."""
        return f"the {self.part}s differ: {self.here or '–'} / {self.there or '–'}"


class Comparison(Value):
    """Two texts, compared. `question`: the best cosine over all phrasings; `answer`: of the answers; `words`: their share."""

    question: float
    answer: float
    words: float
    identical: bool = False  # the questions, but for case and spaces
    discrepancies: tuple[Discrepancy, ...] = ()

    def turned(self) -> "Comparison":
        """The same seen from the other text."""
        return self.model_copy(update={"discrepancies": tuple(each.turned() for each in self.discrepancies)})

    @property
    def scores(self) -> dict[str, float]:
        """The figures, for people."""
        return {"question": self.question, "answer": self.answer, "words": self.words}

    @property
    def one_question(self) -> bool:
        """Whether nothing was found in which the questions differ."""
        return self.identical or all(found.part != "question" for found in self.discrepancies)


SAME_TEXT = Comparison(question=1.0, answer=1.0, words=1.0, identical=True)


class Rival(Value):
    """Another text that one was compared with."""

    twin_id: str  # an entry id
    scores: dict[str, float] = Field(default_factory=dict)
    discrepancies: tuple[Discrepancy, ...] = ()
