"""How Python values stand in a column: pydantic values as JSON, times in UTC, enumerations as words. No tables."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Enum
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Carried(TypeDecorator[Any]):
    """A pydantic type in a JSON column: carried, never queried. None is SQL NULL."""

    impl = JSON
    cache_ok = True

    def __init__(self, of: Any) -> None:  # noqa: ANN401 - any type that pydantic has an adapter for
        super().__init__(none_as_null=True)
        self.of = of
        self._adapter: TypeAdapter[Any] = TypeAdapter(of)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401
        """The value as JSON."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401
        """The JSON as a value."""
        return None if value is None else self._adapter.validate_python(value)


class Utc(TypeDecorator[datetime]):
    """A point in time, always in UTC; SQLite keeps no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enumeration(of: type[StrEnum]) -> Enum:
    """An enumeration by its values, as plain text."""
    return Enum(of, native_enum=False, create_constraint=False, length=24, values_callable=lambda e: [m.value for m in e])


def now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)
