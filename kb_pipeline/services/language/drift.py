"""How near two texts in different languages are in meaning, by the embedder. The thresholds are `steps.checks.meaning`'s.

multilingual-e5 puts every text of a language near the same place, so that any Thai text has a cosine of 0.8 to any English
one. What is common to a language says nothing of a text and is taken off first: the mean of the pack's live labels, which
are the same in both languages. See benchmarks/meaning_drift.py for what that gains.
"""

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.models import Embedder, Vectors
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.words import words

FEWEST = 8  # labels; from 8 to 32 of them the error rates are the same
SHORTEST = 6  # words of the source; a label says too little: of 60 translated UI strings 17 were as far as another text


class Drift:
    """Compares the texts of one market with their sources. Thread-safe as its embedder."""

    def __init__(self, embedder: Embedder, market: Market) -> None:
        self._embedder = embedder
        self._market = market
        self._centres: dict[str, tuple[Vectors, Vectors] | None] = {}

    def similarity(self, source: FaqText, target: FaqText, source_language: str) -> float | None:
        """Cosine of both answers, each from its language's centre, -1 to 1; where the source's is short, with the questions.

        A right question would hide an answer to another one (docs/benchmarks.md, meaning drift). None within one language, for
        a source of fewer than `SHORTEST` words, and where the pack has fewer than `FEWEST` live labels for the source's
        language. Raises what the embedder raises.
        """
        centres = self._centres_of(primary(source_language))
        texts = [source.answer, target.answer]
        if len(words(texts[0], source_language)) < SHORTEST:
            texts = [f"{text.question}\n{text.answer}" for text in (source, target)]
        if centres is None or len(words(texts[0], source_language)) < SHORTEST:
            return None
        one, other = self._embedder.embed(texts, "passage")
        return cosine(one - centres[0], other - centres[1])

    def _centres_of(self, language: str) -> tuple[Vectors, Vectors] | None:
        if language not in self._centres:
            self._centres[language] = self._measured(language)
        return self._centres[language]

    def _measured(self, language: str) -> tuple[Vectors, Vectors] | None:
        labels = [u for u in self._market.ui_strings if primary(u.source_lang) in {"", language}]
        if language == self._market.language or len(labels) < FEWEST:
            return None
        sides = [u.source for u in labels], [u.target for u in labels]
        source, target = (self._embedder.embed(side, "passage").mean(axis=0) for side in sides)
        return source, target


def cosine(one: Vectors, other: Vectors) -> float:
    """Of two vectors of any length; 0 if one of them is nothing."""
    length = float((one @ one) * (other @ other)) ** 0.5
    return float(one @ other) / length if length else 0.0
