"""A plan's fetches, each with what is compiled for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.executor.representations import Tell, compile_telling
from gateway.planner import Fetch, Plan


@dataclass(frozen=True, slots=True)
class Step:
    """A fetch as it is carried out."""

    fetch: Fetch
    opening: bytes
    """The body's beginning, up to its variables."""
    tells: tuple[Tell, ...]
    """How each part's entities are told."""
    renamed: Mapping[str, str]

    @staticmethod
    def of(fetch: Fetch) -> "Step":
        opening = b'{"query":' + orjson.dumps(fetch.document) + b',"variables":'
        tells = tuple(compile_telling(each) for each in fetch.entities)
        return Step(fetch, opening, tells, dict(fetch.renamed))

    def body(self, variables: Mapping[str, Any]) -> bytes:
        return self.opening + orjson.dumps(variables) + b"}"


def compile_steps(plan: Plan) -> Sequence[Step]:
    return tuple(map(Step.of, plan.fetches))
