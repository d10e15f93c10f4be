"""Questions between services over gRPC: who asks, on whose behalf, and until when."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import metrics, telemetry
from services.chassis.actor import Actor, ActorKind
from services.chassis.bearers import Bearers
from services.chassis.database import reading
from services.chassis.logs import log
from services.chassis.refusals import Code, Refusal, Refusals
from services.chassis.serving import CannotListen
from services.chassis.tokens import Identity, InvalidToken, Verifier
from services.chassis.work import Works

MIB = 1 << 20
LEAST_SECONDS = 0.02
"""With less than this left, an answer would come too late."""
ON_BEHALF_OF, ACTED_BY = "x-on-behalf-of", "x-acted-by"
"""For whom a program asks, and who really acts, where that is another."""
REFUSAL_CODE = "refusal-code"
MASKED = "internal error; its request id finds it in the logs"
OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 4 * MIB),
    ("grpc.max_send_message_length", 4 * MIB),
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.keepalive_time_ms", 60_000),
]
Status = grpc.StatusCode
STATUSES = {
    Code.NOT_FOUND: Status.NOT_FOUND,
    Code.FORBIDDEN: Status.PERMISSION_DENIED,
    Code.DUPLICATE: Status.ALREADY_EXISTS,
    Code.VERSION_CONFLICT: Status.ABORTED,
    Code.IDEMPOTENCY_IN_PROGRESS: Status.ABORTED,
    Code.INVALID_TRANSITION: Status.FAILED_PRECONDITION,
    Code.GATE_NOT_MET: Status.FAILED_PRECONDITION,
    Code.LOCKED: Status.FAILED_PRECONDITION,
    Code.REFERENCED: Status.FAILED_PRECONDITION,
    Code.LIMIT_EXCEEDED: Status.RESOURCE_EXHAUSTED,
    Code.DEPENDENCY_UNAVAILABLE: Status.UNAVAILABLE,
}
"""Which status a refusal has; the input's own faults are INVALID_ARGUMENT."""

ReadActor = Callable[[Identity], Awaitable[Actor]]
Answer = Callable[[Any, Any], Awaitable[Any]]
F = TypeVar("F", bound=Answer)


@dataclass(frozen=True, slots=True)
class Call:
    """A question that came in: the program that asks, the actor it asks for, the way to data."""

    caller: Identity
    actor: Actor
    works: Works

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return reading(self.works.engine, self.actor.tenant)


class Answers:
    """What a service answers, by the methods of its contract; none may stay without an answer."""

    def __init__(self, contract: ServiceDescriptor) -> None:
        self.contract = contract
        self.declared: dict[str, Answer] = {}

    def to(self, method: str) -> Callable[[F], F]:
        """Let a function, `async def …(call, asked) -> answer`, answer a method."""
        if method not in self.contract.methods_by_name:
            raise TypeError(f"{self.contract.full_name} has no method {method}")

        def declare(answer: F) -> F:
            self.declared[method] = answer
            return answer

        return declare


class RpcServer:
    """Answers the questions of other programs, behind one door; health and reflection are open."""

    def __init__(
        self,
        answers: Iterable[Answers],
        *,
        verifier: Verifier,
        read_actor: ReadActor,
        works: Works,
    ) -> None:
        self.answers = list(answers)
        self.bearers = Bearers(verifier)
        self.read_actor = read_actor
        self.works = works
        self.health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # its stubs lag
        self.port = 0

    async def start(self, listen: str) -> None:
        """Listen on `host:port` or `unix:/path.sock`."""
        self.server = grpc.aio.server(options=OPTIONS)
        self.server.add_generic_rpc_handlers([self._handlers(it) for it in self.answers])
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)
        names = [it.contract.full_name for it in self.answers]
        reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], self.server)
        try:
            self.port = self.server.add_insecure_port(listen)
        except RuntimeError as error:
            raise CannotListen(f"{listen}: {error}") from error
        await self.server.start()
        for name in ("", *names):
            await self.health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, grace: float) -> None:
        """Take nothing more, and finish what is in flight."""
        await self.health.enter_graceful_shutdown()
        await self.server.stop(grace)

    def _handlers(self, answers: Answers) -> "grpc.GenericRpcHandler[Any, Any]":
        if missing := set(answers.contract.methods_by_name) - set(answers.declared):
            raise TypeError(f"{answers.contract.full_name} leaves {missing} without an answer")
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                partial(self._answer, name, answers.declared[name]),
                request_deserializer=GetMessageClass(method.input_type).FromString,
                response_serializer=GetMessageClass(method.output_type).SerializeToString,
            )
            for name, method in answers.contract.methods_by_name.items()
        }
        return grpc.method_handlers_generic_handler(answers.contract.full_name, handlers)

    async def _answer(
        self,
        method: str,
        answer: Answer,
        asked: Any,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> Any:
        """Let a caller in, answer in time, and turn what goes wrong into a status."""
        carried = {str(k): str(v) for k, v in context.invocation_metadata() or ()}
        left: float | None = context.time_remaining()
        budget = telemetry.DEFAULT_BUDGET_SECONDS if left is None else left
        begun = perf_counter()
        with telemetry.traced(telemetry.continued(carried, budget)) as trace:
            try:
                async with asyncio.timeout(max(0.0, trace.remaining_seconds() - LEAST_SECONDS)):
                    answered = await answer(await self._admitted(carried), asked)
                status, details, told = FINE
            except Exception as error:  # noqa: BLE001  # the edge: named ones are told, others masked
                status, details, told = outcome(error, trace)
            labels = self.works.service, f"rpc {method}", status.name
            metrics.ANSWERED.labels(*labels).observe(perf_counter() - begun)
            if status is not Status.OK:
                await context.abort(status, details, told)
            return answered

    async def _admitted(self, carried: dict[str, str]) -> Call:
        caller = self.bearers.identity(carried.get("authorization", ""))
        return Call(caller, await self.read_actor(self._on_behalf(caller, carried)), self.works)

    def _on_behalf(self, caller: Identity, carried: dict[str, str]) -> Identity:
        """Believe one of our own programs for whom it asks, and nobody else."""
        kind, _, id = carried.get(ON_BEHALF_OF, "").partition(":")
        is_program = caller.kind is ActorKind.SERVICE and self.bearers.is_program(caller)
        if not kind or not is_program:
            return caller
        if kind not in SPOKEN_FOR:
            raise InvalidToken("nobody can be spoken for in this way")
        acted_by = carried.get(ACTED_BY) or None
        return Identity(caller.tenant, id, ActorKind[kind], acted_by=acted_by)


SPOKEN_FOR = {it.name for it in ActorKind if it is not ActorKind.SYSTEM}
Told = tuple[tuple[str, str], ...]
FINE: tuple[grpc.StatusCode, str, Told] = Status.OK, "", ()


def outcome(error: Exception, trace: telemetry.Trace) -> tuple[grpc.StatusCode, str, Told]:
    """Say with which status and words an answer fails; a fault is masked, and logged."""
    if isinstance(error, Refusals):
        error = error.refusals[0]
    if isinstance(error, Refusal):
        status = STATUSES.get(error.code, Status.INVALID_ARGUMENT)
        return status, error.message, ((REFUSAL_CODE, error.code.value),)
    if isinstance(error, InvalidToken):
        log().info("a caller was not let in", reason=str(error))
        return Status.UNAUTHENTICATED, "this needs a token for this service", ()
    if isinstance(error, TimeoutError) and trace.remaining_seconds() <= LEAST_SECONDS:
        return Status.DEADLINE_EXCEEDED, "the time for this answer is over", ()
    log().error("an answer failed", exc_info=error)
    return Status.INTERNAL, MASKED, ()
