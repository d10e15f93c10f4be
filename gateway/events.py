"""Subscriptions that a broker's events feed: an event names an entity, its subgraphs tell it.

They are asked for each delivery with the subscriber's own credentials. So who may not see an
entity, or no longer, hears nothing of it; and what is told is how it is now, not how it was.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    get_variable_values,
    is_non_null_type,
    parse,
)

from gateway import event_fields
from gateway.answers import Answer
from gateway.authentication import Caller
from gateway.broker import GAP, Broker, BrokerAway
from gateway.errors import Code, Error, SubgraphFailed, error
from gateway.event_fields import EventField, answered
from gateway.executor import Ask, Run
from gateway.graphs import Prepared
from gateway.planner import Fetch
from gateway.supergraph import Supergraph

LOST = "events may have been lost: read how things are now"
PASSING = {Code.SUBGRAPH_UNAVAILABLE.value, Code.DEADLINE_EXCEEDED.value}
"""Errors that say nothing of what somebody may see."""
SEEN = "query Seen($of: [_Any!]!) { _entities(representations: $of) { __typename } }"


@dataclass(frozen=True, slots=True)
class Events:
    """The fields that a broker feeds, by the subgraph in which they stand."""

    files: Mapping[str, Path] = field(default_factory=dict)
    broker: Broker | None = None
    fields: Mapping[str, Mapping[str, EventField]] = field(default_factory=dict)

    @staticmethod
    def of(files: Mapping[str, Path], nats_url: str, name: str) -> "Events":
        """Read the fields of each subgraph, or raise `InvalidEvents`."""
        return Events(files, Broker(nats_url, name) if nats_url else None).read_anew()

    def read_anew(self) -> "Events":
        fields = {subgraph: event_fields.read(file) for subgraph, file in self.files.items()}
        return replace(self, fields=fields)

    def feed(self, prepared: Prepared) -> bool:
        """Say whether the events of a subscription come from the broker."""
        return prepared.plan.fetches[0].subgraph in self.fields

    async def close(self) -> None:
        if self.broker is not None:
            await self.broker.close()

    async def listen(
        self, caller: Caller, prepared: Prepared, variables: Mapping[str, Any]
    ) -> AsyncGenerator["Heard", None]:
        """Give what is heard, or raise `SubgraphFailed` where the broker is away at first."""
        source = prepared.plan.fetches[0]
        node = _root_field(source)
        of = self.fields[source.subgraph][node.name.value]
        arguments = _arguments(prepared, node, variables)

        def take(event: Any) -> tuple[bytes, dict[str, Any]] | None:
            entity = of.entity(event, arguments)
            return None if entity is None else (orjson.dumps(entity), entity)

        if self.broker is None:
            raise _away(source, "no broker is configured")
        subject = of.subject_for(caller.identity.tenant, arguments)
        try:
            async with aclosing(self.broker.listen(subject, take)) as events:
                async for it in events:
                    yield Heard(node, of, None if it is GAP else it)
        except BrokerAway as failure:
            raise _away(source, str(failure)) from failure


@dataclass(frozen=True, slots=True)
class Heard:
    """An entity that an event named; where there is none, events were lost."""

    node: FieldNode
    of: EventField
    entity: Mapping[str, Any] | None

    @property
    def key(self) -> str:
        return self.node.alias.value if self.node.alias else self.node.name.value

    async def told(
        self, supergraph: Supergraph, prepared: Prepared, run: Run, ask: Ask
    ) -> bool | None:
        """Complete it; say whether the subscriber sees it, or None where that cannot be known."""
        if self.entity is None or self.node.selection_set is None:
            return None
        deciding = self._deciding(supergraph)
        is_found_out = len(deciding) == 1 and self._asked(prepared) == deciding
        if not is_found_out and not (seen := await self._is_seen(deciding, ask)):
            return seen
        given = answered(self.node.selection_set, self.entity)
        known = len(given)
        await run.go_on(Answer({self.key: given}))
        if not is_found_out or len(given) > known:
            return True
        return None if _is_passing(run.errors) else False

    def lost(self, schema: GraphQLSchema) -> dict[str, Any]:
        """Say that something is not told; what it was can be read."""
        root = schema.subscription_type
        promised = root is not None and is_non_null_type(root.fields[self.node.name.value].type)
        told = error(Code.EVENTS_LOST, LOST, path=(self.key,))
        return {"errors": [told], "data": None if promised else {self.key: None}}

    def _deciding(self, supergraph: Supergraph) -> set[str]:
        """Name the subgraphs that must give the entity for it to be seen."""
        if self.of.seen_by:
            return {self.of.seen_by}
        type, wanted = self.of.type, self.of.key.keys()
        return {
            subgraph
            for subgraph in supergraph.types[type].keys
            for key in supergraph.keys(type, subgraph)
            if set(key.fields.split()) == wanted
        }

    def _asked(self, prepared: Prepared) -> set[str]:
        """Name the subgraphs that the plan asks of the entity itself."""
        return {
            fetch.subgraph
            for fetch in prepared.plan.fetches
            for part in fetch.entities
            for path in part.paths
            if len(path) == 1 and path[0].key == self.key
        }

    async def _is_seen(self, deciding: set[str], ask: Ask) -> bool | None:
        """Ask for nothing but the entity, where the plan alone does not find it out."""
        body = orjson.dumps({"query": SEEN, "variables": {"of": [self.entity]}})
        asking = (ask(Fetch(0, it, (), SEEN, ()), body) for it in sorted(deciding))
        try:
            answers = await asyncio.gather(*asking)
        except SubgraphFailed:
            return None
        return bool(answers) and all(map(_gives_one, answers))


def _gives_one(answer: Answer) -> bool:
    found = answer.data.get("_entities") if isinstance(answer.data, dict) else None
    return isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict)


def _is_passing(errors: list[Error]) -> bool:
    return any(each["extensions"]["code"] in PASSING for each in errors)


def _root_field(source: Fetch) -> FieldNode:
    """Give the one field of a subscription, as its fetch asks for it."""
    operation = parse(source.document, no_location=True).definitions[0]
    if isinstance(operation, OperationDefinitionNode):
        node = operation.selection_set.selections[0]
        if isinstance(node, FieldNode):
            return node
    raise TypeError(source.document)


def _arguments(
    prepared: Prepared, node: FieldNode, variables: Mapping[str, Any]
) -> dict[str, Any]:
    schema, defined = prepared.schema, prepared.node.variable_definitions or ()
    root, given = schema.subscription_type, get_variable_values(schema, defined, dict(variables))
    if root is None or isinstance(given, list):
        raise TypeError(node.name.value)  # both were looked at before
    return get_argument_values(root.fields[node.name.value], node, given)


def _away(source: Fetch, reason: str) -> SubgraphFailed:
    message = "events cannot be listened to just now"
    return SubgraphFailed(Code.SUBGRAPH_UNAVAILABLE, message, f"{source.subgraph}: {reason}")
