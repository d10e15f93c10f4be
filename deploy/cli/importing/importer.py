"""An import from its first row to its closing summary."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from deploy.cli.importing import mapping as mappings
from deploy.cli.importing import rejects, rows
from deploy.cli.importing.graph import Graph, TooSlow
from deploy.cli.importing.intake import Intake, intake_of
from deploy.cli.importing.items import Item, Items
from deploy.cli.importing.references import References
from deploy.cli.importing.rejects import Rejects
from deploy.cli.importing.rows import Row, Rows
from deploy.cli.importing.values import Unfit
from deploy.local.refusals import Refused

AT_ONCE, BYTES_AT_ONCE = 200, 500_000
"""A call stays under the graph's limits: 500 items, a megabyte, ten seconds."""
REASON_LENGTH, MOST_UNTOLD = 1000, 5000


@dataclass
class Outcome:
    """What became of the rows: how many of each status, and the first refused ones."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("CREATED", "UPDATED", "UNCHANGED", "REFUSED"), 0)
    )
    first_refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Job:
    """What to import, by which mapping, and where refused rows go."""

    kind: str
    file: Path
    map: Path
    rejects: Path | None = None

    def mapping(self) -> mappings.Mapping:
        if self.rejects is not None and self.rejects.resolve() == self.file.resolve():
            raise Refused("refused rows cannot go into the file that is being read")
        return mappings.read(self.map, self.kind)


Watch = Callable[[Rows, Outcome], None]


def run(job: Job, graph: Graph, watch: Watch = lambda _rows, _outcome: None) -> Outcome:
    """Bring in a file; `watch` is told after each call how far it is."""
    return asyncio.run(bring_in(job, graph, watch))


async def bring_in(job: Job, graph: Graph, watch: Watch) -> Outcome:
    mapping = job.mapping()
    with rows.reading(job.file, mapping.delimiter) as found:
        found.require(mapping.columns())
        async with graph:
            intake = await intake_of(graph, mapping.mutation)
            items = Items(mapping, intake, found.columns)
            with rejects.writing(job.rejects, found.columns, mapping.delimiter) as refused:
                importer = Importer(graph, mapping.source, intake, refused)
                for batch in batches(importer.items(found, items)):
                    await importer.send(batch)
                    watch(found, importer.outcome)
                importer.tell_refused()
    return importer.outcome


def batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Gather as many items as one call may hold."""
    batch: list[Item] = []
    size = 0
    for item in items:
        more = len(orjson.dumps([item.ref, item.row.cells]))
        if batch and (len(batch) == AT_ONCE or size + more > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += more
    if batch:
        yield batch


class Importer:
    """Sends items batch by batch, and keeps the outcome."""

    def __init__(self, graph: Graph, source: str, intake: Intake, refused: Rejects) -> None:
        self.graph = graph
        self.source = source
        self.intake = intake
        self.rejects = refused
        self.references = References(graph)
        self.outcome = Outcome()
        self.lines: dict[str, int] = {}
        self.refused: list[tuple[Row, str]] = []

    def items(self, found: Rows, items: Items) -> Iterator[Item]:
        """Give the rows that can be sent; the others are refused on the way."""
        for row in found:
            try:
                item = items.of(row)
                self._require_new(item)
            except Unfit as reason:
                self.refuse(row, str(reason))
            else:
                yield item

    def _require_new(self, item: Item) -> None:
        line = self.lines.setdefault(item.ref, item.row.line)
        if line != item.row.line:
            raise Unfit(f"line {line} has the same id, {item.ref}")

    async def send(self, batch: Sequence[Item]) -> None:
        found = await self.references.look_up(it for item in batch for it in item.wanted())
        ready: list[Item] = []
        inputs: list[Mapping[str, Any]] = []
        for item in batch:
            try:
                inputs.append(item.resolved(self.source, found))
                ready.append(item)
            except Unfit as reason:
                self.refuse(item.row, str(reason))
        await self._upsert(ready, inputs)
        self.tell_refused()

    async def _upsert(self, items: Sequence[Item], inputs: Sequence[Mapping[str, Any]]) -> None:
        """Send them together; if that takes too long, in halves."""
        if not items:
            return
        try:
            done = (await self.graph.ask(self.intake.document, items=inputs))["done"]
        except TooSlow as slow:
            if len(items) == 1:
                raise Refused(f"the graph is too slow for one row: {slow}") from None
            half = len(items) // 2
            await self._upsert(items[:half], inputs[:half])
            await self._upsert(items[half:], inputs[half:])
            return
        if done["userErrors"]:
            raise Refused(f"the graph refuses: {reason_of(done['userErrors'])}")
        _refuse_if_nothing_may_be(done["results"])
        for result in done["results"]:
            self._count(items[result["index"]], result)

    def _count(self, item: Item, result: Mapping[str, Any]) -> None:
        if result["status"] == "REFUSED":
            self.refuse(item.row, reason_of(result["userErrors"]))
        else:
            self.outcome.counts[result["status"]] += 1

    def refuse(self, row: Row, reason: str) -> None:
        self.outcome.counts["REFUSED"] += 1
        self.refused.append((row, reason))
        if len(self.refused) > MOST_UNTOLD:
            self.tell_refused()

    def tell_refused(self) -> None:
        """Write down the refused rows in the order of their lines."""
        for row, reason in sorted(self.refused, key=lambda it: it[0].line):
            if len(self.outcome.first_refused) < 10:  # noqa: PLR2004  # as many as one reads
                self.outcome.first_refused.append((row.line, reason))
            self.rejects.add(row, reason[:REASON_LENGTH])
        self.refused.clear()


def reason_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say errors in one line; of a path, the field is what helps."""
    return "; ".join(
        f"{it['path'][-1]}: {it['message']}" if len(it["path"] or ()) > 2 else it["message"]  # noqa: PLR2004  # items, 7, its field
        for it in errors
    )


def _refuse_if_nothing_may_be(results: Sequence[Mapping[str, Any]]) -> None:
    """Stop at the first call when it is the person, not the rows, that may not."""
    errors = [it["userErrors"] for it in results]
    if all(each and each[0]["code"] == "FORBIDDEN" for each in errors):
        raise Refused(f"the graph refuses every row: {errors[0][0]['message']}")
