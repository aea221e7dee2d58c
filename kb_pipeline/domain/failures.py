"""Items of work that failed by themselves, as they are remembered over runs."""

from datetime import datetime

from kb_pipeline.domain.base import Value

MOST_RUNS = 3  # in which an item is tried: one in three of what fails twice was the endpoint's bad moment, little after that


class FailedItem(Value):
    """An item that a model had no usable reply for. Each run tries it again, until it has failed in `MOST_RUNS` of them.

    `id` is the fingerprint of the work itself (stage, input, prompt, model): what changes there is another item.
    """

    id: str
    stage: str  # as the progress shows it, e.g. `localize th-TH`
    item: str  # which chunk or FAQ, for people
    runs: int
    code: str
    message: str
    remedy: str
    at: datetime

    @property
    def rests(self) -> bool:
        """Whether no run tries it any more, until its input, its prompt or the model changes or a person asks for it."""
        return self.runs >= MOST_RUNS
