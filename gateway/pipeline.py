"""One request through all stages, in reading order."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from graphql import DocumentNode, OperationDefinitionNode, OperationType

from gateway import parsing, planner, validation
from gateway.answers import Answer
from gateway.authentication import Caller
from gateway.errors import Code, Error, RequestRefused, SubgraphFailed, error
from gateway.events import Events
from gateway.executor import (
    Run,
    compile_is_answer,
    compile_projection,
    compile_steps,
    introspect,
)
from gateway.graphs import Document, Graph, PlanKey, Prepared
from gateway.labels import active
from gateway.parsing import GraphQLRequest
from gateway.planner import Fetch
from gateway.settings import GatewaySettings
from gateway.sharing import Sharing
from gateway.subgraphs import Subgraphs
from gateway.supergraph import Supergraph
from services.chassis import telemetry
from services.chassis.logs import log

Answers = AsyncGenerator[dict[str, Any], None]


class Pipeline:
    """Leads requests through parsing, validation, planning and execution over one graph."""

    def __init__(
        self,
        supergraph: Supergraph,
        subgraphs: Subgraphs,
        settings: GatewaySettings,
        events: Events | None = None,
    ) -> None:
        self.graph = Graph(supergraph, settings.kept_characters)
        self.subgraphs = subgraphs
        self.settings = settings
        self.limits = settings.limits
        self.sharing = Sharing()
        self.events = events or Events()

    @property
    def supergraph(self) -> Supergraph:
        return self.graph.supergraph

    async def ready(self, request: GraphQLRequest) -> Prepared:
        """Lead a request through all that comes before any subgraph is asked.

        Raises `RequestRefused` where it is not one that can be served. Planning goes on when the
        caller's time is over: who asks next has use of it.
        """
        graph = self.graph  # whatever is swapped in meanwhile
        if (document := graph.documents.known(request.query)) is not None:
            key, _ = self._wanted(graph, document, request)
            if (prepared := graph.plans.known(key)) is not None:
                return prepared
        try:
            async with asyncio.timeout(telemetry.current().remaining_seconds()):
                return await self._prepared(graph, request)
        except TimeoutError as late:
            message = "there was no time left to plan this"
            raise RequestRefused(Code.DEADLINE_EXCEEDED, message, status=504) from late

    async def _prepared(self, graph: Graph, request: GraphQLRequest) -> Prepared:
        read = partial(self._read, graph, request.query)
        document = await graph.documents.get(request.query, read)
        key, make = self._wanted(graph, document, request)
        return await graph.plans.get(key, make)

    def _wanted(
        self, graph: Graph, document: Document, request: GraphQLRequest
    ) -> tuple[PlanKey, Callable[[], Prepared]]:
        """Say which plan a request wants, and how it is made."""
        node = parsing.pick_operation(document.node, request.operation_name)
        if node.operation is OperationType.MUTATION:
            parsing.check_mutations(document.node, request)
        coerced = validation.check_operation(graph.supergraph.schema, node, request.variables)
        flags = {name: bool(coerced.get(name)) for name in document.conditions}
        labels = active(graph.supergraph.labels, self.settings.override_labels)
        key = (request.query, request.operation_name, tuple(flags.items()), labels)
        return key, partial(_plan, graph.supergraph.settled(labels), document.node, node, flags)

    async def answer(
        self, prepared: Prepared, request: GraphQLRequest, caller: Caller
    ) -> dict[str, Any]:
        """Give the one answer of a query or a mutation: its data and errors."""
        ask = partial(self._ask, caller, request.idempotency_key)
        run = Run(prepared.steps, request.variables, ask)
        await run.finish()
        if prepared.operation.introspection:
            run.data.update(self._introspected(prepared, request.variables))
        return self._completed(prepared, run)

    async def answers(
        self, prepared: Prepared, request: GraphQLRequest, caller: Caller
    ) -> Answers:
        """Give the answers of what may be a subscription."""
        if not prepared.goes_on:
            yield await self.answer(prepared, request, caller)
            return
        async with aclosing(self._followed(prepared, request, caller)) as events:
            async for it in events:
                yield it

    async def _followed(
        self, prepared: Prepared, request: GraphQLRequest, caller: Caller
    ) -> Answers:
        """Answer for each event, whoever tells of it; each has time of its own."""
        source = prepared.plan.fetches[0]
        follow = self._heard if self.events.feed(prepared) else self._listened
        try:
            async with aclosing(follow(prepared, request, caller)) as answers:
                async for it in answers:
                    yield it
        except SubgraphFailed as failure:
            _warn(source, failure)
            told = error(failure.code, failure.message, service=source.subgraph)
            yield {"errors": [told]}
        except RequestRefused as refused:
            yield {"errors": refused.errors}

    async def _listened(
        self, prepared: Prepared, request: GraphQLRequest, caller: Caller
    ) -> Answers:
        """Answer for each event of the subgraph that has them."""
        first, trace = prepared.steps[0], telemetry.current()
        source, told = first.fetch, request.variables
        body = first.body({it: told[it] for it in source.variables if it in told})
        ask = partial(self._ask, caller, "")
        async with aclosing(self.subgraphs.listen(caller, source, body)) as events:
            async for event in events:
                run = Run(prepared.steps, request.variables, ask)
                with telemetry.traced(trace.renewed(self.settings.request_seconds)):
                    await run.go_on(event)
                is_refused = run.errors and not event.has_data
                answer = self._completed(prepared, run)
                yield {"errors": answer["errors"]} if is_refused else answer

    async def _heard(self, prepared: Prepared, request: GraphQLRequest, caller: Caller) -> Answers:
        """Answer for each event of the broker that names what the caller may see."""
        supergraph, trace = self.supergraph, telemetry.current()
        ask, told = partial(self._ask, caller, ""), request.variables
        async with aclosing(self.events.listen(caller, prepared, told)) as events:
            async for heard in events:
                run = Run(prepared.steps, told, ask)
                with telemetry.traced(trace.renewed(self.settings.request_seconds)):
                    seen = await heard.told(supergraph, prepared, run, ask)
                if seen is None:
                    yield heard.lost(prepared.schema)
                elif seen:
                    yield self._completed(prepared, run)

    def _read(self, graph: Graph, query: str) -> Document:
        node = parsing.parse_document(query, self.limits)
        schema = graph.supergraph.schema
        validation.validate_document(schema, node, introspection=self.settings.introspection)
        return Document(node, planner.condition_variables(node))

    async def _ask(self, caller: Caller, key: str, fetch: Fetch, body: bytes) -> Answer:
        try:
            ask = partial(self.subgraphs.ask, caller, fetch, body, key=key)
            return await self.sharing.ask(caller, fetch, body, ask)
        except SubgraphFailed as failure:
            _warn(fetch, failure)
            raise

    def _completed(self, prepared: Prepared, run: Run) -> dict[str, Any]:
        """Complete an answer, with no more errors than a client is told at once."""
        answer = _completed(prepared, run)
        errors, most = answer.get("errors", ()), self.settings.max_errors
        if len(errors) > most:
            message = f"{len(errors) - most} more errors are not told"
            answer["errors"] = [*errors[:most], error(Code.LIMIT_EXCEEDED, message)]
        return answer

    def _introspected(self, prepared: Prepared, variables: Mapping[str, Any]) -> dict[str, Any]:
        schema, operation = prepared.schema, prepared.operation
        return introspect(schema, prepared.document, prepared.node, operation, variables)


def _plan(
    supergraph: Supergraph,
    document: DocumentNode,
    node: OperationDefinitionNode,
    flags: Mapping[str, bool],
) -> Prepared:
    operation = planner.normalise(supergraph, document, node, flags)
    plan = planner.plan(supergraph, operation)
    return Prepared(
        supergraph.schema,
        document,
        node,
        operation,
        plan,
        compile_steps(plan),
        compile_is_answer(supergraph, operation, plan),
        compile_projection(supergraph, operation),
    )


def _completed(prepared: Prepared, run: Run) -> dict[str, Any]:
    if run.data_text and prepared.is_answer is not None and prepared.is_answer(run.data):
        return {"data": orjson.Fragment(run.data_text)}
    data, broken = prepared.projection.apply(run.data)
    errors: list[Error] = run.errors
    if broken and not errors:
        errors.append(error(Code.INTERNAL, broken[0]))
    answer = {"errors": errors, "data": data} if errors else {"data": data}
    more = run.extensions.merged
    return {**answer, "extensions": more} if more else answer


def _warn(fetch: Fetch, failure: SubgraphFailed) -> None:
    code, reason = failure.code.value, failure.reason
    log().warning("fetch failed", subgraph=fetch.subgraph, code=code, reason=reason)
