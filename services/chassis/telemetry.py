"""One trace through gateway, service and event: W3C trace context, request ids, deadlines."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from time import monotonic

from services.chassis.ids import new_id

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
REQUEST_ID = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
DEFAULT_BUDGET_SECONDS = 10.0
MAX_BUDGET_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a piece of work belongs, and until when its answer is wanted (monotonic seconds)."""

    trace_id: str
    span_id: str
    request_id: str
    deadline: float

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"

    def remaining_seconds(self) -> float:
        return self.deadline - monotonic()

    def child(self) -> "Trace":
        """Begin the next hop of the same trace."""
        return replace(self, span_id=os.urandom(8).hex())

    def renewed(self, budget_seconds: float) -> "Trace":
        """Go on with time of one's own, as each event of a subscription does."""
        return replace(self, deadline=monotonic() + budget_seconds)

    def headers(self) -> dict[str, str]:
        """Give what a hop carries on, by HTTP and as gRPC metadata alike."""
        return {
            "traceparent": self.traceparent,
            "x-request-id": self.request_id,
            "x-deadline-ms": str(max(0, int(self.remaining_seconds() * 1000))),
        }


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new_trace(budget_seconds: float = DEFAULT_BUDGET_SECONDS) -> Trace:
    return Trace(
        os.urandom(16).hex(), os.urandom(8).hex(), new_id("req"), monotonic() + budget_seconds
    )


def continued(headers: Mapping[str, str], budget: float = DEFAULT_BUDGET_SECONDS) -> Trace:
    """Go on with the caller's trace where its headers are sound; begin one where not."""
    trace = new_trace(min(budget, _budget(headers.get("x-deadline-ms"), budget)))
    if found := TRACEPARENT.fullmatch(headers.get("traceparent", "")):
        trace = replace(trace, trace_id=found[1])
    if REQUEST_ID.fullmatch(request_id := headers.get("x-request-id", "")):
        trace = replace(trace, request_id=request_id)
    return trace


def current_or_none() -> Trace | None:
    return _current.get()


def current() -> Trace:
    """Give the trace of the work in hand, or a new one outside of any."""
    return _current.get() or new_trace()


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def _budget(told: str | None, default: float) -> float:
    if told is None or not told.isdecimal():
        return default
    return min(int(told) / 1000, MAX_BUDGET_SECONDS)
