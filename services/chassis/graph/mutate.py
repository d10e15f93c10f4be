"""Mutations: a command behind a payload; what it refuses is data."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import strawberry
from pydantic.alias_generators import to_camel, to_pascal

from services.chassis.graph.declare import Info
from services.chassis.graph.inputs import MAX_TEXT, changes_of, unfit_text, value_of, written_parts
from services.chassis.graph.making import Part, made_field, made_input, made_type
from services.chassis.graph.plan import planned
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import MoneyInput, PublishedEvent, RefusedError, UserError
from services.chassis.money import Money
from services.chassis.permissions import admit, permission_of
from services.chassis.refusals import Refusal, Refusals
from services.chassis.work import Work

Command = Callable[..., Awaitable[Any]]
Ask = Callable[[Request, str], Awaitable[Any]]
"""A question about the record of an id, put before the unit of work begins."""


def create(cls: type, command: Command, description: str) -> Any:
    """Make the mutation that makes a record, of the fields marked `write`."""
    shape = shape_of(cls)
    given = made_input(
        f"{_deed_name(command, shape)}Input",
        written_parts(shape, shape.written(history=False), creating=True),
        f"What a new {shape.name} is made of.",
    )

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        return await command(work, changes_of(shape, arguments["input"], creating=True))

    parts = [Part("input", given, "Its values.")]
    return _mutation(shape, _deed_name(command, shape), told(description, command), parts, deed)


def update(cls: type, command: Command, description: str) -> Any:
    """Make the mutation that changes a record: absent is unchanged, null is cleared."""
    shape = shape_of(cls)
    given = made_input(
        f"{_deed_name(command, shape)}Input",
        written_parts(shape, shape.written(history=False), creating=False),
        f"What to change of a {shape.name}: what is left out stays, null clears.",
    )
    parts = [ID_PART, Part("input", given, "What to change."), VERSION_PART]

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        changes = changes_of(shape, arguments["input"], creating=False)
        return await command(work, arguments["id"], changes, arguments.get("expectedVersion"))

    return _mutation(shape, _deed_name(command, shape), told(description, command), parts, deed)


def verb(cls: type, command: Command, description: str, *, name: str = "", **asked: Ask) -> Any:
    """Make the mutation of a deed of its own; its input is the command's signature.

    It is named for the command and the record, `winOpportunity`, unless `name` says better.
    A keyword of the command that stands in `asked` is no input: its question is put before the
    unit of work begins, so that no transaction waits for another service.
    """
    shape = shape_of(cls)
    name = name or _deed_name(command, shape)
    hints = get_type_hints(command, include_extras=True)
    named = [
        it
        for it in signature(command).parameters.values()
        if it.kind is Parameter.KEYWORD_ONLY and it.name not in asked
    ]
    parts = [ID_PART, VERSION_PART]
    if named:
        made = made_input(
            f"{name}Input",
            [_part_of(it, hints[it.name]) for it in named],
            f"What {_uncapitalised(name)} needs to know.",
        )
        optional = all(it.default is not Parameter.empty for it in named)
        parts.insert(1, Part("input", made | None if optional else made, "What it needs to know."))

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        if arguments.get("expectedVersion") is not None:
            await work.get(shape.entity, arguments["id"], version=arguments["expectedVersion"])
        given = arguments.get("input") or {}
        values = {it.name: value_of(given[n]) for it in named if (n := to_camel(it.name)) in given}
        _refuse_unfit(values, hints)
        return await command(work, arguments["id"], **values, **arguments["asked"])

    async def ask(request: Request, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        admit(request.actor, permission_of(command))
        return {name: await question(request, arguments["id"]) for name, question in asked.items()}

    return _mutation(shape, name, told(description, command), parts, deed, ask=ask)


def _refuse_unfit(values: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    """Refuse texts that are empty or too long; `Annotated[str, "…", 200]` allows less."""
    refusals: list[Refusal] = []
    for name, value in values.items():
        if isinstance(value, str):
            _kind, _description, *more = get_args(hints[name])
            refusals += unfit_text(to_camel(name), value, length=next(iter(more), MAX_TEXT))
    if refusals:
        raise Refusals(refusals)


ID_PART = Part("id", strawberry.ID, "Which record.")
VERSION_PART = Part("expectedVersion", int | None, "Refuse if the record has another version.")


def payload_parts() -> list[Part]:
    """Give what every payload ends with."""
    return [
        Part("changedFields", list[str], "The fields that became different."),
        Part("events", list[PublishedEvent], "The events that were published."),
        Part("userErrors", list[UserError], "Why it was refused; empty if it was done."),
    ]


def told(description: str, command: Command, *others: Command) -> str:
    """Say in a mutation's description what it requires and what it publishes.

    An upsert has two commands: the second one changes what is there already.
    """
    permission, *more = dict.fromkeys(permission_of(it) for it in (command, *others))
    published = [it.type for each in (command, *others) for it in getattr(each, "publishes", ())]
    events = ", ".join(dict.fromkeys(published))
    changing = "".join(f", and `{it}` to change what is there" for it in more)
    needs = f" Requires `{permission}`{changing}." if permission else " Needs no sign-in."
    return f"{description}{needs}" + (f" Publishes {events}." if events else "")


def user_errors(refused: Refusal | Refusals, *outer: str | int) -> list[UserError]:
    """Turn refusals into what a client reads; the one place where this happens."""
    each = refused.refusals if isinstance(refused, Refusals) else (refused,)
    return [
        RefusedError(
            code=it.code,
            reason=it.reason,
            message=it.message,
            path=[str(step) for step in ((*outer, *it.path) if it.path else outer)],
        )
        for it in each
    ]


Asking = Callable[[Request, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


async def _ask_nobody(_request: Request, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def _mutation(
    shape: Shape,
    name: str,
    description: str,
    parts: Sequence[Part],
    deed: Callable[[Work, Mapping[str, Any]], Awaitable[Any]],
    *,
    ask: Asking = _ask_nobody,
) -> Any:
    record = _uncapitalised(shape.name)
    payload = made_type(
        f"{name}Payload",
        [Part(record, shape.cls | None, "The record as it now is."), *payload_parts()],
        f"What became of {_uncapitalised(name)}.",
    )
    behaviour = Deed(shape, record, payload, deed, ask)
    return made_field(payload, description, parts, behaviour)


@dataclass(frozen=True)
class Deed:
    """Runs a command in a unit of work of its own, then reads the record afresh."""

    shape: Shape
    record: str
    payload: Any
    deed: Callable[[Work, Mapping[str, Any]], Awaitable[Any]]
    ask: Asking

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Any:
        request: Request = info.context
        made = object.__new__(self.payload)
        try:
            asked = await self.ask(request, arguments)
            async with request.begin() as work:
                found = await self.deed(work, {**arguments, "asked": asked})
        except (Refusal, Refusals) as refused:
            return filled(
                made, {self.record: None}, errors=user_errors(refused, *_within(refused))
            )
        record = await reread(request, self.shape, selected_by(info), self.record, [found.id])
        return filled(made, {self.record: record.get(found.id)}, work=work, id=found.id)


def filled(
    made: Any,
    values: Mapping[str, Any],
    *,
    work: Work | None = None,
    id: str = "",
    errors: Sequence[UserError] = (),
) -> Any:
    """Fill a payload with its values and with what the work did."""
    difference = work.differences.get(id) if work else None
    made.__dict__.update(values)
    made.__dict__["changedFields"] = difference.fields if difference else []
    made.__dict__["events"] = published(work) if work else []
    made.__dict__["userErrors"] = list(errors)
    return made


def published(work: Work) -> list[PublishedEvent]:
    return [PublishedEvent(id=it.id, type=it.type) for it in work.laid]


async def reread(
    request: Request, shape: Shape, payload: Selected, record: str, ids: Sequence[str]
) -> dict[str, Any]:
    """Read records as they now are, as far as the payload asks for them."""
    asked = [it for it in payload.selections() if it.name == record]
    if not asked:
        return {}
    plan = planned(request.shapes, shape, [s for it in asked for s in it.selections()])
    async with request.reader() as reader:
        return await reader.by_ids(plan, ids)


def _within(refused: Refusal | Refusals) -> tuple[str, ...]:
    each = refused.refusals if isinstance(refused, Refusals) else (refused,)
    return ("input",) if any(it.path for it in each) else ()


def _part_of(parameter: Parameter, hint: Any) -> Part:
    """Make an input field of a command's parameter; its description is its annotation's."""
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{parameter.name} has no description: Annotated[…, 'what it is']")
    kind, description, *_rest = get_args(hint)
    if kind is str and parameter.name.endswith("_id"):
        kind = strawberry.ID
    kind = MoneyInput if kind is Money else kind
    optional = parameter.default is not Parameter.empty
    return Part(to_camel(parameter.name), kind | None if optional else kind, description)


def _deed_name(command: Command, shape: Shape) -> str:
    return f"{to_pascal(getattr(command, '__name__', ''))}{shape.name}"


def _uncapitalised(name: str) -> str:
    return name[:1].lower() + name[1:]
