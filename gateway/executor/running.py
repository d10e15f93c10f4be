"""Carries a plan out: each fetch as soon as those it waits for are done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from gateway.answers import Answer, copied
from gateway.errors import Code, Error, PathItem, SubgraphFailed, error
from gateway.executor.extensions import Extensions
from gateway.executor.representations import Batch, by_context, gathered
from gateway.executor.steps import Step
from gateway.executor.tainting import Tainted
from gateway.executor.tree import Object, located, merge, renamed, targets
from gateway.planner import Entities, Fetch

Ask = Callable[[Fetch, bytes], Awaitable[Answer]]
"""Sends a fetch with its body and gives the subgraph's answer, or raises `SubgraphFailed`."""
Batches = list[tuple[Entities, Batch]]
UNREADABLE = {"message": "the service gave an error that cannot be read"}


class Run:
    """One execution of a plan. What a subgraph cannot give stays null; the rest goes on."""

    def __init__(self, steps: Sequence[Step], variables: Mapping[str, Any], ask: Ask) -> None:
        self.steps = steps
        self.variables = variables
        self.ask = ask
        self.data: Object = {}
        self.errors: list[Error] = []
        self.extensions = Extensions()
        self.tainted = Tainted()
        self.data_text = b""
        """The data as they came, where one fetch from the root brought all of them."""

    async def finish(self) -> None:
        """Carry out all fetches; afterwards `data` and `errors` are complete."""
        if len(self.steps) == 1:
            self.data_text = await self._fetch(self.steps[0])
        else:
            await self._finish(self.steps)

    async def go_on(self, event: Answer) -> None:
        """Take an event, as the first fetch of a subscription brings it; fetch the rest."""
        source, *rest = self.steps
        self._take(source, [], event)
        await self._finish(rest)

    async def _finish(self, steps: Sequence[Step]) -> None:
        done: dict[int, asyncio.Task[bytes]] = {}
        async with asyncio.TaskGroup() as group:
            for step in steps:
                fetch = step.fetch
                before = [done[number] for number in fetch.after if number in done]
                done[fetch.number] = group.create_task(self._fetch_after(before, step))

    async def _fetch_after(self, before: list[asyncio.Task[bytes]], step: Step) -> bytes:
        for task in before:
            await task
        return await self._fetch(step)

    async def _fetch(self, step: Step) -> bytes:
        fetch, variables = step.fetch, self.variables
        given = {name: variables[name] for name in fetch.variables if name in variables}
        if any(each.contexts for each in fetch.entities):
            return await self._fetch_by_context(step, given)
        batches = [
            (each, gathered(self.data, each, tell, self.tainted))
            for each, tell in zip(fetch.entities, step.tells, strict=True)
        ]
        if fetch.at and not targets(self.data, fetch.at):
            return b""
        return await self._ask(step, given, batches)

    async def _fetch_by_context(self, step: Step, given: Mapping[str, Any]) -> bytes:
        """Ask once for each set of values that stand above the entities."""
        [entities], [tell] = step.fetch.entities, step.tells
        async with asyncio.TaskGroup() as group:
            for values, batch in by_context(self.data, entities, tell, self.tainted):
                group.create_task(self._ask(step, {**given, **values}, [(entities, batch)]))
        return b""

    async def _ask(self, step: Step, given: Mapping[str, Any], batches: Batches) -> bytes:
        fetch = step.fetch
        if batches and not any(batch.representations for _, batch in batches):
            return b""
        told = {entities.variable: batch.representations for entities, batch in batches}
        try:
            answer = await self.ask(fetch, step.body({**given, **told}))
        except SubgraphFailed as failure:
            self._fail(fetch, batches, failure.code, failure.message)
            return b""
        self._take(step, batches, answer)
        return answer.data_text

    def _fail(self, fetch: Fetch, batches: Batches, code: Code, message: str) -> None:
        path = self._path_of(fetch, batches)
        self.errors.append(error(code, message, path=path, service=fetch.subgraph))

    def _take(self, step: Step, batches: Batches, answer: Answer) -> None:
        fetch, told = step.fetch, answer.errors
        data = renamed(answer.data, step.renamed) if step.renamed else answer.data
        if isinstance(data, dict):
            for target in () if batches else targets(self.data, fetch.at):
                merge(target, copied(data) if fetch.at else data)
            kept = [self._keep(batch, data.get(entities.alias)) for entities, batch in batches]
            if not all(kept) and not told:
                message = f"the {fetch.subgraph} service gave other entities than were asked for"
                self._fail(fetch, batches, Code.SUBGRAPH_UNAVAILABLE, message)
        elif not told:
            message = f"the {fetch.subgraph} service gave no data"
            self._fail(fetch, batches, Code.SUBGRAPH_UNAVAILABLE, message)
        for each in told:
            self._take_error(step, batches, each if isinstance(each, dict) else UNREADABLE)
        if answer.extensions is not None:
            self.extensions.take(answer.extensions, lambda path: self._paths(fetch, batches, path))

    def _keep(self, batch: Batch, given: Any) -> bool:
        """Merge the entities that came, or say that these are not those that were asked for."""
        if not batch.representations:
            return True
        if not isinstance(given, list) or len(given) != len(batch.targets):
            return False
        for places, entity in zip(batch.targets, given, strict=True):
            if not isinstance(entity, dict):
                continue
            for target in places:
                merge(target, entity if len(places) == 1 else copied(entity))
        return True

    def _take_error(self, step: Step, batches: Batches, told: Mapping[str, Any]) -> None:
        """Keep a subgraph's error, under the paths that the client knows."""
        fetch, names = step.fetch, step.renamed
        extensions = told.get("extensions")
        extensions = dict(extensions) if isinstance(extensions, dict) else {}
        extensions.setdefault("code", Code.INTERNAL.value)
        extensions["service"] = fetch.subgraph
        message = str(told.get("message", ""))
        path = told.get("path")
        steps = path if isinstance(path, list) else []
        steps = [step for step in steps if isinstance(step, str | int)]
        steps = [names.get(step, step) if isinstance(step, str) else step for step in steps]
        for at in self._paths(fetch, batches, steps):
            self.tainted.note(self.data, at)
            kept: Error = {"message": message, "extensions": extensions}
            self.errors.append({**kept, "path": list(at)} if at else kept)

    def _path_of(self, fetch: Fetch, batches: Batches) -> tuple[PathItem, ...]:
        """Say where a fetch that brought nothing leaves a gap: down to the first list."""
        if not batches:
            keys = fetch.keys if len(fetch.keys) == 1 else ()
            return (*(segment.key for segment in fetch.at), *keys)
        entities, batch = next(it for it in batches if it[1].representations)
        at = next(iter(batch.where(self.data, entities, 0)), ())  # nonsense may have replaced it
        return tuple(takewhile(lambda step: isinstance(step, str), at))

    def _paths(
        self, fetch: Fetch, batches: Batches, path: list[Any]
    ) -> list[tuple[PathItem, ...]]:
        if not batches:
            return [(*at, *path) for at in located(self.data, fetch.at)]
        for entities, batch in batches:
            match path:
                case [alias, int(index), *rest] if alias == entities.alias and 0 <= index < len(
                    batch.targets
                ):
                    places = batch.where(self.data, entities, index)
                    return [(*at, *rest) for at in places] or [()]
        return [()]
