"""What a client asked to be set: read by typed attribute; what it left out is not in it."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")


class Changes:
    """Values by attribute: `changes[Customer.name]` is a `str` for the type checker.

    Absence is `not in`; a value of None clears. What a column cannot hold never gets in here.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values = dict(values or {})

    def __getitem__(self, attribute: "InstrumentedAttribute[T]") -> T:
        value: T = self.values[attribute.key]
        return value

    def __contains__(self, attribute: "InstrumentedAttribute[Any]") -> bool:
        return attribute.key in self.values

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self.values.items())

    def get(self, attribute: "InstrumentedAttribute[T]", default: T) -> T:
        value: T = self.values.get(attribute.key, default)
        return value

    def having(self, attribute: "InstrumentedAttribute[T]", value: T) -> "Changes":
        """Give the same changes with one more value."""
        return Changes({**self.values, attribute.key: value})
