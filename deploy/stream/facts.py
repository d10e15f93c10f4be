"""Which facts the services tell and read, as their contracts in git say it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

SERVICES = Path(__file__).parents[2] / "services"
LIVE = SERVICES.parent / "gateway" / "live.graphql"
"""Which facts feed subscriptions of the graph, and which record each names."""

Source = tuple[str, str]
"""A service and one of its aggregates: `("sales", "order")`."""


def names() -> list[str]:
    """Name the services that have a contract."""
    return sorted(it.parents[1].name for it in SERVICES.glob("*/contract/events.json"))


def read_by(service: str) -> list[Source]:
    """Tell of which aggregates a service reads: each has a durable of its own."""
    return _sources(_contract(service)["reads"])


def told() -> list[Source]:
    """Tell of which aggregates anything is published at all."""
    return [it for service in names() for it in _sources(_contract(service)["publishes"])]


def _sources(types: dict[str, Any]) -> list[Source]:
    return sorted({(service, aggregate) for service, aggregate, *_ in map(_parts, types)})


def _parts(type: str) -> list[str]:
    return type.split(".")


@cache
def _contract(service: str) -> dict[str, Any]:
    contract: dict[str, Any] = json.loads(
        (SERVICES / service / "contract" / "events.json").read_text()
    )
    return contract
