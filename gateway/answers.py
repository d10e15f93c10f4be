"""What a subgraph answers: read once, and copied for each who builds on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

OPENING = b'{"data":'


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of an answer."""

    data: Any = None
    errors: Sequence[Any] = ()
    extensions: Any = None
    data_text: bytes = b""
    """The data as they came, where there was nothing else."""
    has_data: bool = True
    """Whether there were any, be it null."""

    @staticmethod
    def of(told: Mapping[str, Any]) -> "Answer":
        return Answer(
            told.get("data"),
            told.get("errors") or (),
            told.get("extensions"),
            has_data="data" in told,
        )

    @staticmethod
    def read(text: bytes) -> "Answer | None":
        """Read the answer to a query or mutation, or give none where it is not GraphQL's."""
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(told, dict) or not ("data" in told or told.get("errors")):
            return None
        errors = told.get("errors")
        if len(told) == 1 and text.startswith(OPENING) and text.endswith(b"}"):
            return Answer(told.get("data"), errors or (), None, text[len(OPENING) : -1])
        return Answer.of(told) if errors is None or isinstance(errors, list) else None

    def copied(self) -> "Answer":
        return replace(self, data=copied(self.data), extensions=copied(self.extensions))


def copied(value: Any) -> Any:
    """Copy what is shared by several places, since each may grow in its own way."""
    if value.__class__ is dict:
        new: dict[str, Any] = value.copy()
        for key, each in value.items():
            if each.__class__ is dict or each.__class__ is list:
                new[key] = copied(each)
        return new
    return [copied(each) for each in value] if value.__class__ is list else value
