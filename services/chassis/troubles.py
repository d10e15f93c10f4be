"""Which failures pass by themselves, and which do not: what a reader does after each."""

import traceback
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.chassis.dead_letters import DeadLetterReason, Trouble
from services.chassis.refusals import Code, Refusal, Refusals

TRIES = 8
"""How often a reaction may fail for no passing reason: with the waits between, two minutes."""
PASSING_CODES = {
    Code.LOCKED,
    Code.VERSION_CONFLICT,
    Code.IDEMPOTENCY_IN_PROGRESS,
    Code.DEPENDENCY_UNAVAILABLE,
}
LASTING_STATES = ("22", "23", "42")
"""Classes of SQLSTATE that another try does not mend: data, constraints, statements."""


class TooManyHops(Exception):
    """A reaction to a reaction to a reaction…: a loop, most likely."""


class Unreadable(Exception):
    """What came is no event at all."""


def trouble_of(error: Exception, failures: int) -> Trouble | None:
    """Say why an event cannot be taken, or None while it may yet be.

    What it holds is refused at once. What a handler refuses may depend on another record that has
    not come yet, so it is tried some times before; so is a fault that nobody foresaw.
    """
    if isinstance(error, Unreadable):
        return Trouble(DeadLetterReason.UNREADABLE, told(error))
    if isinstance(error, ValidationError):
        return Trouble(DeadLetterReason.INVALID, told(error))
    if isinstance(error, TooManyHops):
        return Trouble(DeadLetterReason.LOOPED, told(error))
    if passes(error) or failures < TRIES:
        return None
    refused = isinstance(error, Refusal | Refusals)
    return Trouble(DeadLetterReason.REFUSED if refused else DeadLetterReason.FAILED, told(error))


def passes(error: Exception) -> bool:
    """Say whether a failure is of the world around, which comes right by itself."""
    if isinstance(error, Refusal | Refusals):
        return all(it.code in PASSING_CODES for it in _each(error))
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return not state.startswith(LASTING_STATES)
    return isinstance(error, OSError | PoolTimeoutError)  # a timeout is an OSError


def told(error: Exception) -> str:
    """Say what failed without what a value was: a fault's text may hold what an event does not."""
    reason = str(error)
    if isinstance(error, ValidationError):
        reason = str(error.errors(include_input=False, include_url=False))
    elif isinstance(error, DBAPIError):
        reason = f"SQLSTATE {getattr(error.orig, 'sqlstate', None)}"
    elif not isinstance(error, Refusal | Refusals | Unreadable | TooManyHops):
        reason = _where(error)
    return f"{type(error).__name__}: {reason}"


def _where(error: Exception) -> str:
    """Say where a fault arose."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"


def _each(error: Refusal | Refusals) -> Iterable[Refusal]:
    return error.refusals if isinstance(error, Refusals) else (error,)
