"""One request through all stages, in reading order."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, OperationType

from gateway import parsing, planner, validation
from gateway.authentication import Caller
from gateway.errors import Code, Error, RequestRefused, SubgraphFailed, error
from gateway.executor import Projection, Run, compile_projection, introspect
from gateway.graphs import Document, Graph, Prepared
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
        self, supergraph: Supergraph, subgraphs: Subgraphs, settings: GatewaySettings
    ) -> None:
        self.graph = Graph(supergraph, settings.kept_characters)
        self.subgraphs = subgraphs
        self.settings = settings
        self.sharing = Sharing()

    @property
    def supergraph(self) -> Supergraph:
        return self.graph.supergraph

    async def answer(self, request: GraphQLRequest, caller: Caller) -> dict[str, Any]:
        """Give the answer's data and errors, or raise `RequestRefused`."""
        prepared = await self._ready(request)
        if prepared.node.operation is OperationType.SUBSCRIPTION:
            message = "a subscription is answered as text/event-stream: accept that"
            raise RequestRefused(Code.BAD_REQUEST, message, status=406)
        return await self._answer(request, caller, prepared)

    async def answers(self, request: GraphQLRequest, caller: Caller) -> Answers:
        """Give the answers of what may be a subscription, or raise `RequestRefused`."""
        prepared = await self._ready(request)
        if prepared.node.operation is OperationType.SUBSCRIPTION:
            return self._events(request, caller, prepared)
        return self._only(request, caller, prepared)

    async def _only(self, request: GraphQLRequest, caller: Caller, prepared: Prepared) -> Answers:
        yield await self._answer(request, caller, prepared)

    async def _events(
        self, request: GraphQLRequest, caller: Caller, prepared: Prepared
    ) -> Answers:
        """Answer for each event of the subgraph that has them; each has time of its own."""
        source, trace = prepared.plan.fetches[0], telemetry.current()
        given = {it: request.variables[it] for it in source.variables if it in request.variables}
        ask = partial(self._ask, caller, "")
        try:
            async with aclosing(self.subgraphs.listen(caller, source, given)) as events:
                async for event in events:
                    with telemetry.traced(trace.renewed(self.settings.request_seconds)):
                        run = Run(prepared.plan, request.variables, ask)
                        await run.go_on(event)
                    yield _completed(prepared.projection, run)
        except SubgraphFailed as failure:
            _warn(source, failure)
            told = error(failure.code, failure.message, service=source.subgraph)
            yield {"errors": [told]}

    async def _ready(self, request: GraphQLRequest) -> Prepared:
        """Lead a request through all that comes before any subgraph is asked."""
        graph = self.graph  # whatever is swapped in meanwhile
        read = partial(self._read, graph, request.query)
        document = await graph.documents.get(request.query, read)
        node = parsing.pick_operation(document.node, request.operation_name)
        if node.operation is OperationType.MUTATION:
            parsing.check_mutations(document.node, request)
        coerced = validation.check_operation(graph.supergraph.schema, node, request.variables)
        return await self._prepared(graph, request, document, node, coerced)

    async def _answer(
        self, request: GraphQLRequest, caller: Caller, prepared: Prepared
    ) -> dict[str, Any]:
        ask = partial(self._ask, caller, request.idempotency_key)
        run = Run(prepared.plan, request.variables, ask)
        await run.finish()
        if prepared.operation.introspection:
            run.data.update(self._introspected(prepared, request.variables))
        return _completed(prepared.projection, run)

    def _read(self, graph: Graph, query: str) -> Document:
        limits = self.settings
        node = parsing.parse_document(
            query, max_tokens=limits.max_tokens, max_depth=limits.max_depth
        )
        schema = graph.supergraph.schema
        validation.validate_document(schema, node, introspection=limits.introspection)
        return Document(node, planner.condition_variables(node))

    async def _prepared(
        self,
        graph: Graph,
        request: GraphQLRequest,
        document: Document,
        node: OperationDefinitionNode,
        coerced: Mapping[str, Any],
    ) -> Prepared:
        flags = {name: bool(coerced.get(name)) for name in document.conditions}
        labels = active(graph.supergraph.labels, self.settings.override_labels)
        key = (request.query, request.operation_name, tuple(flags.items()), labels)
        plan = partial(_plan, graph.supergraph.settled(labels), document.node, node, flags)
        return await graph.plans.get(key, plan)

    async def _ask(
        self, caller: Caller, key: str, fetch: Fetch, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        try:
            ask = partial(self.subgraphs.ask, caller, fetch, variables, key=key)
            return await self.sharing.ask(caller, fetch, variables, ask)
        except SubgraphFailed as failure:
            _warn(fetch, failure)
            raise

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
    projection = compile_projection(supergraph.schema, operation)
    return Prepared(supergraph.schema, document, node, operation, plan, projection)


def _completed(projection: Projection, run: Run) -> dict[str, Any]:
    data, notes = projection.apply(run.data)
    errors: list[Error] = run.errors
    if notes.broken and not errors:
        errors.append(error(Code.INTERNAL, notes.broken[0]))
    answer = {"errors": errors, "data": data} if errors else {"data": data}
    more = run.extensions.merged
    return {**answer, "extensions": more} if more else answer


def _warn(fetch: Fetch, failure: SubgraphFailed) -> None:
    code, reason = failure.code.value, failure.reason
    log().warning("fetch failed", subgraph=fetch.subgraph, code=code, reason=reason)
