"""The tables of compared texts. They can be made again from the texts: nothing is lost with them but time."""

import json

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.domain.relations import Comparison
from kb_pipeline.ports.relations import ComparedPair


class ComparedTextRow(Base):
    """A text that was compared with all others of its market, by its fingerprint."""

    __tablename__ = "compared_texts"
    market: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)
    basis: Mapped[str]


class ComparisonRow(Base):
    """Two of them that come near each other; `found` is a Comparison as JSON."""

    __tablename__ = "comparisons"
    market: Mapped[str] = mapped_column(primary_key=True)
    one: Mapped[str] = mapped_column(primary_key=True)
    other: Mapped[str] = mapped_column(primary_key=True, index=True)
    found: Mapped[str] = mapped_column(Text)


def pair(one: str, other: str, found: str) -> ComparedPair:
    """The value of a row."""
    return ComparedPair(one, other, Comparison.model_validate(json.loads(found)))
