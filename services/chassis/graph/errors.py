"""Refusals as what a client reads: which member of `UserError` they are, and what it carries."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel

from services.chassis import audit
from services.chassis.actor import Actor
from services.chassis.graph.plan import planned
from services.chassis.graph.read import Reader
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import (
    USER_ERRORS,
    DuplicateError,
    RefusedError,
    TransitionError,
    UserError,
    ValidationError,
    VersionConflictError,
)
from services.chassis.refusals import (
    Bounds,
    Code,
    Forbidden,
    Path,
    Refusal,
    Refusals,
    Step,
    Taken,
)
from services.chassis.violations import candidates

Reading = Callable[[], AbstractAsyncContextManager[Reader]]
"""Opens a reader where what is done can be seen: in its transaction, or after it."""
ARGUMENTS = frozenset(
    {"id", "items", "where", "expectedVersion", "expectedCount", "onConflict", "idempotencyKey"}
)
"""Paths that begin so are about an argument of the mutation; all others are about its input."""


def each_of(refused: Refusal | Refusals) -> tuple[Refusal, ...]:
    return refused.refusals if isinstance(refused, Refusals) else (refused,)


def user_errors(refused: Refusal | Refusals, *outer: str | int) -> list[UserError]:
    """Turn refusals into what a client reads; the one place where this happens."""
    return [_member(it, (*outer, *it.path) if it.path else outer) for it in each_of(refused)]


def of_arguments(refused: Refusal | Refusals) -> list[UserError]:
    """Turn refusals of a mutation into what a client reads, their paths from its arguments on."""
    return [
        error
        for it in each_of(refused)
        for error in user_errors(
            it, *(("input",) if it.path and it.path[0] not in ARGUMENTS else ())
        )
    ]


def _member(it: Refusal, path: Path) -> UserError:
    """Choose the member by the code, so that a client that branches on it knows what it gets."""
    told = {
        "code": it.code,
        "reason": it.reason,
        "message": it.message,
        "path": [str(step) for step in path],
    }
    return _MEMBERS.get(it.code, _plain)(it, told)


def _plain(_it: Refusal, told: dict[str, Any]) -> UserError:
    return RefusedError(**told)


def _of_value(it: Refusal, told: dict[str, Any]) -> UserError:
    bounds = it.details if isinstance(it.details, Bounds) else Bounds()
    allowed = list(bounds.allowed)
    return ValidationError(**told, allowed=allowed, min=bounds.min, max=bounds.max)


def _of_key(_it: Refusal, told: dict[str, Any]) -> UserError:
    return DuplicateError(**told, candidates=[])


def _of_version(_it: Refusal, told: dict[str, Any]) -> UserError:
    return VersionConflictError(**told, current=None, overlapping_fields=[])


def _of_step(it: Refusal, told: dict[str, Any]) -> UserError:
    step = it.details if isinstance(it.details, Step) else Step()
    return TransitionError(
        **told,
        from_=step.here,
        to=step.to,
        allowed_next=list(step.allowed_next),
        missing=list(step.missing),
    )


_MEMBERS: Mapping[Code, Callable[[Refusal, dict[str, Any]], UserError]] = {
    **dict.fromkeys((Code.REQUIRED, Code.INVALID, Code.TOO_LONG, Code.OUT_OF_RANGE), _of_value),
    **dict.fromkeys((Code.INVALID_TRANSITION, Code.GATE_NOT_MET), _of_step),
    Code.DUPLICATE: _of_key,
    Code.VERSION_CONFLICT: _of_version,
}


def kept_error(error: UserError) -> dict[str, Any]:
    """Write down why a row was refused, so that it can be told again."""
    return {**vars(error), "code": error.code.name, "member": type(error).__name__}


def read_error(kept: Mapping[str, Any]) -> UserError:
    told = {k: v for k, v in kept.items() if k != "member"}
    return _KINDS[kept["member"]](**{**told, "code": Code[kept["code"]]})


_KINDS: Mapping[str, type[UserError]] = {it.__name__: it for it in USER_ERRORS}


async def add_candidates(
    reading: Reading, actor: Actor, refusals: Sequence[Refusal], errors: Sequence[UserError]
) -> None:
    """Say which records have the keys that were refused, read after what was undone."""
    pairs = [
        (refusal.details, error)
        for refusal, error in zip(refusals, errors, strict=True)
        if isinstance(refusal.details, Taken) and isinstance(error, DuplicateError)
    ]
    if not pairs:
        return
    async with reading() as reader:
        found = await candidates(reader.connection, actor, [it[0] for it in pairs])
    for (_taken, error), ids in zip(pairs, found, strict=True):
        error.candidates = [strawberry.ID(it) for it in ids]


async def add_current(
    request: Request,
    shape: Shape,
    asked: Selected,
    arguments: Mapping[str, Any],
    errors: Sequence[UserError],
) -> None:
    """Say in a conflict how the record now is, and what of the input others have touched."""
    conflicts = [it for it in errors if isinstance(it, VersionConflictError)]
    if not conflicts or "id" not in arguments:
        return
    async with request.reader() as reader:
        overlap = await overlapping(reader, shape, arguments)
        current = await _current(request, reader, shape, asked, arguments["id"])
    for it in conflicts:
        it.overlapping_fields = overlap or []
        it.current = current


async def overlapping(
    reader: Reader, shape: Shape, arguments: Mapping[str, Any]
) -> list[str] | None:
    """Name what an input wants to change and others changed since its version; None: unknown."""
    version = arguments.get("expectedVersion")
    if version is None:
        return None
    since = await audit.changed_since(reader.connection, arguments["id"], version)
    return None if since is None else sorted(since & _fields_of(shape, arguments))


def _fields_of(shape: Shape, arguments: Mapping[str, Any]) -> set[str]:
    """Name the fields of an input as the graph and the audit lines do."""
    given = arguments.get("input") or {}
    return {it.public for it in shape.fields.values() if {it.public, f"{it.public}Id"} & {*given}}


async def _current(
    request: Request, reader: Reader, shape: Shape, asked: Selected, id: str
) -> Any:
    wanted = [
        selection
        for errors in asked.selections()
        if errors.name == to_camel("user_errors")
        for it in errors.selections(VersionConflictError.__name__)
        if it.name == "current"
        for selection in it.selections(shape.name)
    ]
    try:
        plan = planned(request.shapes, shape, wanted)
        return (await reader.by_ids(plan, [id])).get(id)
    except Forbidden:
        return None
