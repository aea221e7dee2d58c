"""What a run takes of the language model, and its cap: the most that it may take."""

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Usage


class RunUsage(Value):
    """What a run took of the language model, in all its steps so far."""

    calls: int = 0
    usage: Usage = Usage(cost=0.0)

    def __add__(self, other: "RunUsage") -> "RunUsage":
        """The sum."""
        return RunUsage(calls=self.calls + other.calls, usage=self.usage + other.usage)


class CallSums(Value):
    """What some stored calls took together. `seconds`: the `timed` ones' own times, added up; a call in a batch has none."""

    calls: int = 0
    usage: Usage = Usage(cost=0.0)
    seconds: float = 0.0
    timed: int = 0

    def __add__(self, other: "CallSums") -> "CallSums":
        """The sum."""
        return CallSums(
            calls=self.calls + other.calls,
            usage=self.usage + other.usage,
            seconds=self.seconds + other.seconds,
            timed=self.timed + other.timed,
        )


class RunCap(Value):
    """The most that one run may take of the language model; None: no bound."""

    tokens: int | None = None  # of prompts and answers together
    cost: float | None = None  # US dollars

    @property
    def is_open(self) -> bool:
        """Whether nothing is bounded."""
        return self.tokens is None and self.cost is None

    def or_else(self, other: "RunCap") -> "RunCap":
        """The same cap; where it has no bound, that of the other."""
        return RunCap(
            tokens=other.tokens if self.tokens is None else self.tokens, cost=other.cost if self.cost is None else self.cost
        )

    def passed_by(self, tokens: float | None, cost: float | None) -> str:
        """Which bound an estimate is above, in words; empty: none, or nothing is known."""
        if self.tokens is not None and tokens is not None and tokens > self.tokens:
            return f"the cap of {self.tokens:,} tokens"
        if self.cost is not None and cost is not None and cost > self.cost:
            return f"the cap of ${self.cost:,.4f}"
        return ""

    def reached_by(self, spent: Usage) -> str:
        """Which bound is reached, in words; empty: none. A cost that is unknown reaches no bound."""
        tokens = spent.prompt_tokens + spent.completion_tokens
        if self.tokens is not None and tokens >= self.tokens:
            return f"the cap of {self.tokens:,} tokens is reached: {tokens:,} were used by then; calls under way are finished"
        if self.cost is not None and spent.cost is not None and spent.cost >= self.cost:
            return (
                f"the cap of ${self.cost:,.4f} is reached: ${spent.cost:,.4f} was spent by then; calls under way are finished"
            )
        return ""
