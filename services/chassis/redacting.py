"""Redacting: an event without the values that field policies hide from whoever reads it."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic.alias_generators import to_pascal

from services.chassis.sight import Sight

PARTS = ("", "Id", "Amount", "Value", "Currency")
"""How a fact may call what the graph knows as one field."""


def redacted(type: str, data: Any, sight: Sight) -> Any:
    """Give an event's data with null for what is hidden, however deep it stands.

    Records that are told as parts of another (`OrderLine` of an order) have their names begin so.
    """
    if not sight.hidden:
        return data
    _service, aggregate, *_deed = f"{type}..".split(".")
    record = to_pascal(aggregate)
    about = (names for it, names in sight.hidden.items() if record and it.startswith(record))
    hidden = frozenset(name + part for names in about for name in names for part in PARTS)
    return _without(data, hidden) if hidden else data


def redacted_body(body: Mapping[str, Any], sight: Sight) -> Mapping[str, Any]:
    """Give an event's whole envelope so."""
    return {**body, "data": redacted(str(body.get("type")), body.get("data"), sight)}


def redacted_text(text: str, sight: Sight) -> str:
    """Give an event as it came so; what cannot be read is given to nobody who may not see all."""
    if not sight.hidden:
        return text
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    return orjson.dumps(redacted_body(body, sight)).decode() if isinstance(body, dict) else ""


def _without(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without(it, hidden) for it in value]
    if not isinstance(value, dict):
        return value
    return {k: None if k in hidden else _without(it, hidden) for k, it in value.items()}
