"""The worlds behind the suites of the public corpus, and subgraphs that serve them over HTTP.

The corpus gives SDLs and expected answers but no data: the data here follows from both. The
SDLs stay in the corpus.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.gateway.serving import HttpSubgraph
from tests.gateway.worlds import Split, StrictSubgraph, World


@dataclass(frozen=True)
class Suite:
    """What all subgraphs of a suite know, and what some of them see otherwise."""

    world: World
    apart: Mapping[str, World] = field(default_factory=dict)

    def served(self, sdls: Mapping[str, str]) -> dict[str, "Strict"]:
        """Give the subgraphs of these SDLs, ready to be served."""
        split = Split(sdls, self.world, apart=self.apart)
        return {name: Strict(subgraph) for name, subgraph in split.subgraphs.items()}


class Strict(HttpSubgraph):
    """A strict subgraph behind HTTP. What it must not be asked is a fault of its own: 500."""

    def __init__(self, subgraph: StrictSubgraph) -> None:
        super().__init__()
        self.subgraph = subgraph

    def _answer(self, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        told = self.subgraph.answer(asked["query"], asked.get("variables") or {})
        return 200, orjson.dumps(told)


Suites = Mapping[str, Callable[[], Suite]]
"""By the folder's name; made anew for each run, because mutations change them."""
