"""Answering one GraphQL request: parse and validate once a document, run, format the errors."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_subscription_event,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.utils.await_maybe import await_maybe

from services.chassis import telemetry
from services.chassis.documents import KEY_OF_MANY, MAX_MUTATIONS, mutations_of
from services.chassis.graph.compiled.executor import CompiledExecutor, Prepared
from services.chassis.graph.request import Request
from services.chassis.graph.schema import Subgraph
from services.chassis.logs import log
from services.chassis.refusals import LimitExceeded, Refusal, Refusals

MAX_TOKENS, KEPT_DOCUMENTS = 5000, 500
DATA_EXCEPTION, QUERY_CANCELED = "22", "57014"
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
MASKED = "something went wrong here; its request id finds it in the logs"


class Answerer:
    """Answers requests on one subgraph; what goes wrong inside is masked, and logged."""

    def __init__(self, schema: Subgraph) -> None:
        self.schema = schema
        self.checked = lru_cache(maxsize=KEPT_DOCUMENTS)(self._checked)

    async def answer(
        self,
        request: Request,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
    ) -> dict[str, Any]:
        """Run an operation and give the answer as GraphQL has it: data and errors.

        Dates and times in it are for orjson to write, which does it as the scalars would.
        """
        prepared, errors = self.checked(document)
        if prepared is None:
            return {"errors": [formatted(it, "BAD_REQUEST") for it in errors]}
        if refusal := _refused(request, prepared.document, operation):
            return {"errors": [formatted(refusal)]}
        # Not `schema.execute`: it would parse and validate once more, each time.
        result: ExecutionResult = await await_maybe(
            execute(
                self.schema._schema,  # noqa: SLF001  # it has no public name
                prepared.document,
                variable_values=dict(variables or {}),
                context_value=request,
                operation_name=operation,
                executor_class=CompiledExecutor,
                prepared=prepared,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is no guard
            )
        )
        return await _told(request, result)

    async def answers(
        self,
        request: Request,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Run an operation that may be a subscription: an answer for each of its events."""
        prepared, _ = self.checked(document)
        if prepared is None or not _is_subscription(prepared.document, operation):
            yield await self.answer(request, document, variables, operation)
            return
        executor = CompiledExecutor.build(
            self.schema._schema,  # noqa: SLF001  # it has no public name
            prepared.document,
            context_value=request,
            raw_variable_values=dict(variables or {}),
            operation_name=operation,
            prepared=prepared,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is no guard
        )
        if isinstance(executor, list):
            yield {"errors": [formatted(it, "BAD_REQUEST") for it in executor]}
            return
        source: Any = await await_maybe(create_source_event_stream(executor))
        if isinstance(source, ExecutionResult):
            yield {"errors": [formatted(it) for it in source.errors or ()]}
            return
        async with aclosing(_each(request, executor, source)) as told:
            async for it in told:
                yield it

    def _checked(self, document: str) -> tuple[Prepared | None, Sequence[GraphQLError]]:
        try:
            parsed = parse(document, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            return None, (error,)
        errors = validate(self.schema._schema, parsed, RULES)  # noqa: SLF001  # likewise
        return (None, errors) if errors else (Prepared.of(parsed), ())


async def _each(
    request: Request, executor: Executor[Any], source: Any
) -> AsyncGenerator[dict[str, Any], None]:
    """Answer for each event; what ends the events before their time is the last answer."""
    async with aclosing(source):
        try:
            async for it in source:
                answering = execute_subscription_event(executor.build_per_event_executor(it))
                yield await _told(request, await await_maybe(answering))
        except Exception as error:  # noqa: BLE001  # the edge: a refusal is told, a fault masked
            yield {"errors": [formatted(GraphQLError(str(error), original_error=error))]}


async def _told(request: Request, result: ExecutionResult) -> dict[str, Any]:
    """Give an answer as GraphQL has it; what of it is watched is written down before."""
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [formatted(it) for it in result.errors]
    if request.notice.redacted:
        answer["extensions"] = {"redacted": sorted(request.notice.redacted)}
    await request.write_down()
    return answer


def _is_subscription(document: DocumentNode, operation: str | None) -> bool:
    found = get_operation_ast(document, operation)
    return found is not None and found.operation is OperationType.SUBSCRIPTION


def _refused(
    request: Request, document: DocumentNode, operation: str | None
) -> GraphQLError | None:
    """Refuse more mutations than a document may hold, or than one key may stand for.

    And one answer to what has many.
    """
    if _is_subscription(document, operation):
        return GraphQLError("a subscription is answered as text/event-stream: accept that")
    held = mutations_of(document, operation)
    if held > MAX_MUTATIONS:
        refusal = LimitExceeded(f"a document holds {MAX_MUTATIONS} mutations at most")
        return GraphQLError(refusal.message, original_error=refusal)
    if held > 1 and request.idempotency_key is not None:
        return GraphQLError(KEY_OF_MANY)
    return None


def formatted(error: GraphQLError, code: str | None = None) -> dict[str, Any]:
    """Give an error its code and request id, and a refusal its reason; of a fault say nothing."""
    cause = error.original_error
    message = error.message
    more: dict[str, str] = {}
    if isinstance(cause, (Refusal, Refusals)):
        first = cause.refusals[0] if isinstance(cause, Refusals) else cause
        code, message = first.code.value, first.message
        more = {"reason": first.reason}
    elif cause is None or isinstance(cause, GraphQLError):
        code = code or "BAD_REQUEST"
    elif (told := _of_database(cause)) is not None:
        code, message = told
    else:
        log().error("a resolver failed", path=error.path, exc_info=cause)
        code, message = (
            "INTERNAL",
            "something went wrong here; the request id finds it in the logs",
        )
    extensions = {"code": code, **more, "requestId": telemetry.current().request_id}
    answer: dict[str, Any] = {"message": message, "extensions": extensions}
    if error.path is not None:
        answer["path"] = error.path
    if error.locations:
        answer["locations"] = [{"line": it.line, "column": it.column} for it in error.locations]
    return answer


def _of_database(cause: Exception) -> tuple[str, str] | None:
    """Read what the database says of a request: a value that cannot be, or that it took too long.

    Anything else that it says is our own fault.
    """
    state = str(getattr(getattr(cause, "orig", None), "sqlstate", None) or "")
    if state.startswith(DATA_EXCEPTION):
        return "BAD_REQUEST", "a value here is none that could be stored or compared"
    if state == QUERY_CANCELED:
        return "DEADLINE_EXCEEDED", "this took too long: ask for less at once"
    return None
