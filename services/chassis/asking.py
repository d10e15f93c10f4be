"""Asking another service over gRPC, as ourselves and on behalf of an actor, within a deadline."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from services.chassis import telemetry
from services.chassis.actor import Actor, ActorKind
from services.chassis.refusals import (
    Code,
    DependencyUnavailable,
    Duplicate,
    Forbidden,
    Invalid,
    InvalidTransition,
    LimitExceeded,
    NotFound,
    Referenced,
    Refusal,
    VersionConflict,
)
from services.chassis.rpc import ACTED_BY, MIB, ON_BEHALF_OF, REFUSAL_CODE
from services.chassis.tokens import Identity, Signer

A = TypeVar("A", bound=Message)

ASK_SECONDS = 2.0
RESERVED_SECONDS = 0.05
"""What we keep of the caller's time, to make something of the answer."""
LEAST_SECONDS = 0.02
TOKEN_LIFE, TOKEN_KEPT = timedelta(seconds=60), timedelta(seconds=30)
MOST_TOKENS = 1000
OPTIONS = [
    ("grpc.max_receive_message_length", 4 * MIB),
    ("grpc.max_send_message_length", 4 * MIB),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),
    ("grpc.keepalive_time_ms", 60_000),
]
AWAY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
}
REFUSALS: dict[str, type[Refusal]] = {
    it.code.value: it
    for it in (
        *(NotFound, Forbidden, Duplicate, VersionConflict, InvalidTransition),
        *(LimitExceeded, Referenced, DependencyUnavailable, Invalid),
    )
}


class Channel:
    """The way to one other service; it connects when it is first asked, and again by itself."""

    def __init__(self, target: str, *, audience: str, signer: Signer) -> None:
        self.target = target
        self.audience = audience
        self.signer = signer
        self._channel: grpc.aio.Channel | None = None
        self._tokens: dict[str, tuple[datetime, str]] = {}

    async def ask(
        self,
        method: str,
        asked: Message,
        answer: type[A],
        *,
        actor: Actor,
        timeout: float = ASK_SECONDS,  # noqa: ASYNC109  # it travels, and both sides keep it
    ) -> A:
        """Ask `package.Service/Method`, before the unit of work begins.

        What the other refuses is refused here; when it is away or late, the refusal is
        DEPENDENCY_UNAVAILABLE, and the caller falls back on what it knows.
        """
        trace = telemetry.current().child()
        seconds = min(timeout, trace.remaining_seconds() - RESERVED_SECONDS)
        if seconds < LEAST_SECONDS:
            raise DependencyUnavailable(f"there is no time left to ask {self.audience}")
        called = self._opened().unary_unary(
            f"/{method}", type(asked).SerializeToString, answer.FromString
        )
        try:
            answered: A = await called(
                asked, timeout=seconds, metadata=self._metadata(actor, trace, seconds)
            )
        except grpc.aio.AioRpcError as error:
            raise self._refusal_of(error) from error
        return answered

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close(None)

    def _opened(self) -> grpc.aio.Channel:
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self.target, options=OPTIONS)
        return self._channel

    def _metadata(
        self, actor: Actor, trace: telemetry.Trace, seconds: float
    ) -> tuple[tuple[str, str], ...]:
        carried = trace.headers() | {
            "authorization": f"Bearer {self._token(actor.tenant)}",
            "x-deadline-ms": str(int(seconds * 1000)),
        }
        if actor.kind is not ActorKind.SYSTEM:
            carried[ON_BEHALF_OF] = f"{actor.kind.name}:{actor.id}"
        if actor.acted_by is not None:
            carried[ACTED_BY] = actor.acted_by
        return tuple(carried.items())

    def _token(self, tenant: str) -> str:
        """Sign as ourselves for a tenant; a token serves for half of its life."""
        now = self.signer.clock()
        until, token = self._tokens.get(tenant, (now, ""))
        if until <= now:
            if len(self._tokens) >= MOST_TOKENS:
                self._tokens.clear()
            ourselves = Identity(tenant, self.signer.issuer, ActorKind.SERVICE)
            token = self.signer.sign(ourselves, audience=self.audience, life=TOKEN_LIFE)
            self._tokens[tenant] = now + TOKEN_KEPT, token
        return token

    def _refusal_of(self, error: grpc.aio.AioRpcError) -> Exception:
        """Turn the other's refusal into ours; what is neither refusal nor absence is a fault."""
        trailing: Any = error.trailing_metadata() or ()
        code = dict(trailing).get(REFUSAL_CODE)
        if code is not None:
            return REFUSALS.get(code, Invalid)(error.details() or Code.INVALID.value)
        if error.code() in AWAY:
            return DependencyUnavailable(f"{self.audience} does not answer now")
        return error
