"""Other records, found by the ids that the other system uses for them: in batches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.cli.importing.graph import Graph

AT_ONCE = 200
"""As many as one page of a list may hold."""
KEPT = 200_000
"""So many are remembered; then it begins anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record of the list `to` that is meant, to be replaced by its id."""

    to: str
    source: str
    ref: str


class References:
    """Remembers what it has found, and asks for the rest."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: dict[Wanted, str] = {}

    async def look_up(self, wanted: Iterable[Wanted]) -> Mapping[Wanted, str]:
        """Give the ids of those that the graph knows."""
        if len(self.found) > KEPT:
            self.found.clear()
        missing: dict[tuple[str, str], list[str]] = {}
        for it in dict.fromkeys(wanted):
            if it not in self.found:
                missing.setdefault((it.to, it.source), []).append(it.ref)
        for (to, source), refs in missing.items():
            for begin in range(0, len(refs), AT_ONCE):
                await self._ask(to, source, refs[begin : begin + AT_ONCE])
        return self.found

    async def _ask(self, to: str, source: str, refs: list[str]) -> None:
        answer = await self.graph.ask(_document(to), source=source, refs=refs)
        for node in (answer["found"] or {}).get("nodes", ()):
            self._note(to, source, node)

    def _note(self, to: str, source: str, node: Mapping[str, Any]) -> None:
        for ref in node["externalRefs"]:
            if ref["source"] == source:
                self.found[Wanted(to, source, ref["id"])] = node["id"]


def _document(to: str) -> str:
    """Ask also for what was put away: history refers to it."""
    where = "{ archived: INCLUDE, externalRef: { source: $source, in: $refs } }"
    return f"""query Known($source: String!, $refs: [String!]!) {{
  found: {to}(first: {AT_ONCE}, where: {where}) {{ nodes {{ id externalRefs {{ source id }} }} }}
}}"""
