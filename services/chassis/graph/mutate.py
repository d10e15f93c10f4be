"""Mutations: a command behind a payload; what it refuses is data."""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import strawberry
from pydantic.alias_generators import to_camel, to_pascal

from services.chassis.graph.declare import Info
from services.chassis.graph.disjoint import CONFLICT_PART, agreed_version
from services.chassis.graph.errors import (
    Reading,
    add_candidates,
    add_current,
    each_of,
    of_arguments,
)
from services.chassis.graph.inputs import MAX_TEXT, changes_of, unfit_text, value_of, written_parts
from services.chassis.graph.making import Part, made_field, made_input, made_type
from services.chassis.graph.masking import refuse_input
from services.chassis.graph.oddities import oddity
from services.chassis.graph.payloads import (
    ASKING_PARTS,
    ID_PART,
    VERSION_PART,
    change_parts,
    changes,
    done_by,
    filled,
    payload_parts,
    refused,
    reread,
)
from services.chassis.graph.request import Request
from services.chassis.graph.running import Pay, Running
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import MoneyInput
from services.chassis.idempotency import Answer
from services.chassis.money import Money
from services.chassis.permissions import Permission, admit, permission_of, published_by
from services.chassis.refusals import Invalid, Refusal, Refusals
from services.chassis.work import Work

Command = Callable[..., Awaitable[Any]]
Ask = Callable[[Request, str], Awaitable[Any]]
"""A question about the record of an id, put before the unit of work begins."""


def create(cls: type, command: Command, description: str, *, of: Container[str] = ()) -> Any:
    """Make the mutation that makes a record, of the fields marked `write`, or of some of them.

    Where it takes only some it is for those who may not simply create such a record.
    """
    shape = shape_of(cls)
    fields = (it for it in shape.written(history=False) if not of or it.name in of)
    given = made_input(
        f"{deed_name(command, shape)}Input",
        written_parts(shape, fields, creating=True),
        f"What a new {shape.name} is made of.",
    )

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        refuse_input(shape, work.actor, arguments["input"])
        return await command(work, changes_of(shape, arguments["input"], creating=not of))

    parts = [Part("input", given, "Its values.")]
    if not of:
        shape.deeds["create"] = permission_of(command)
    behaviour = Deed(shape, permission_of(command), deed)
    return mutation(shape, deed_name(command, shape), told(description, command), parts, behaviour)


def update(cls: type, command: Command, description: str) -> Any:
    """Make the mutation that changes a record: absent is unchanged, null is cleared."""
    shape = shape_of(cls)
    given = made_input(
        f"{deed_name(command, shape)}Input",
        written_parts(shape, shape.written(history=False), creating=False),
        f"What to change of a {shape.name}: what is left out stays, null clears.",
    )
    parts = [ID_PART, Part("input", given, "What to change."), VERSION_PART, CONFLICT_PART]

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        refuse_input(shape, work.actor, arguments["input"])
        values = changes_of(shape, arguments["input"], creating=False)
        version = await agreed_version(work, shape, arguments)
        return await command(work, arguments["id"], values, version)

    shape.deeds["edit"] = permission_of(command)
    behaviour = Deed(shape, permission_of(command), deed)
    return mutation(shape, deed_name(command, shape), told(description, command), parts, behaviour)


def verb(cls: type, command: Command, description: str, *, name: str = "", **asked: Ask) -> Any:
    """Make the mutation of a deed of its own; its input is the command's signature.

    It is named for the command and the record, `winOpportunity`, unless `name` says better.
    A keyword of the command that stands in `asked` is no input: its question is put before the
    unit of work begins, so that no transaction waits for another service.
    """
    shape = shape_of(cls)
    name = name or deed_name(command, shape)
    hints = get_type_hints(command, include_extras=True)
    named = keywords_of(command, besides=asked)
    parts = [ID_PART, *verb_input(name, named, hints), VERSION_PART]

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        version = arguments.get("expectedVersion")
        if version is not None:
            await work.get(shape.entity, arguments["id"], version=version, archived=True)
        given = arguments.get("input") or {}
        refuse_input(shape, work.actor, given)
        values = given_to(named, hints, given)
        return await command(work, arguments["id"], **values, **arguments["asked"])

    async def ask(request: Request, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: await question(request, arguments["id"]) for name, question in asked.items()}

    behaviour = Deed(shape, permission_of(command), deed, ask if asked else None)
    return mutation(shape, name, told(description, command), parts, behaviour)


def keywords_of(command: Command, *, besides: Container[str] = ()) -> list[Parameter]:
    """Give a command's own keywords: the input of its mutation."""
    return [
        it
        for it in signature(command).parameters.values()
        if it.kind is Parameter.KEYWORD_ONLY and it.name not in besides
    ]


def verb_input(name: str, named: Sequence[Parameter], hints: Mapping[str, Any]) -> list[Part]:
    """Make the input of a command's keywords; there is none where it has none."""
    if not named:
        return []
    made = made_input(
        f"{name}Input",
        [_part_of(it, hints[it.name]) for it in named],
        f"What {uncapitalised(name)} needs to know.",
    )
    optional = all(it.default is not Parameter.empty for it in named)
    return [Part("input", made | None if optional else made, "What it needs to know.")]


def given_to(
    named: Sequence[Parameter], hints: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Read an input as the keywords of a command, refusing what cannot be kept."""
    values = {it.name: value_of(given[n]) for it in named if (n := to_camel(it.name)) in given}
    _refuse_unfit(values, hints)
    return values


def _refuse_unfit(values: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    """Refuse what is odd, and texts that are empty or too long.

    `Annotated[str, "…", 200]` allows less.
    """
    refusals: list[Refusal] = []
    for name, value in values.items():
        if isinstance(value, str):
            _kind, _description, *more = get_args(hints[name])
            refusals += unfit_text(to_camel(name), value, length=next(iter(more), MAX_TEXT))
        elif odd := oddity(value.amount if isinstance(value, Money) else value):
            refusals.append(Invalid(odd, path=(to_camel(name),)))
    if refusals:
        raise Refusals(refusals)


def told(description: str, command: Command, *others: Command) -> str:
    """Say in a mutation's description what it requires and what it publishes.

    An upsert has two commands: the second one changes what is there already.
    """
    permission, *more = dict.fromkeys(permission_of(it) for it in (command, *others))
    published = [it.type for each in (command, *others) for it in published_by(each)]
    events = ", ".join(dict.fromkeys(published))
    changing = "".join(f", and `{it}` to change what is there" for it in more)
    needs = f" Requires `{permission}`{changing}." if permission else " Needs no sign-in."
    return f"{description}{needs}" + (f" Publishes {events}." if events else "")


Deeds = Callable[[Work, Mapping[str, Any]], Awaitable[Any]]
Asking = Callable[[Request, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


def mutation(
    shape: Shape, name: str, description: str, parts: Sequence[Part], deed: "Deed"
) -> Any:
    """Make a mutation of one record: its payload, the arguments that all have, its behaviour."""
    gone = Part("purgedId", strawberry.ID | None, "The id of the record that is no more.")
    payload = made_type(
        f"{name}Payload",
        [
            Part(deed.record, shape.cls | None, "The record as it now is."),
            *([gone] if deed.purges else []),
            *change_parts(),
            *payload_parts(),
        ],
        f"What became of {uncapitalised(name)}.",
    )
    behaviour = replace(deed, payload=payload)
    return made_field(payload, description, [*parts, *ASKING_PARTS], behaviour)


@dataclass(frozen=True)
class Deed:
    """Runs a command in a unit of work of its own, then reads the record afresh."""

    shape: Shape
    permission: Permission
    deed: Deeds
    ask: Asking | None = None
    purges: bool = False
    payload: Any = None

    @property
    def record(self) -> str:
        return uncapitalised(self.shape.name)

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Any:
        asked = selected_by(info)
        try:
            pay = await self._run(info, asked, arguments)
        except (Refusal, Refusals) as refusal:
            return await self._refused(info.context, asked, arguments, refusal)
        return await pay()

    async def _run(self, info: Info, asked: Selected, arguments: Mapping[str, Any]) -> Pay:
        """Ask others first, unless it was done before: no transaction waits for them."""
        request: Request = info.context
        admit(request.actor, self.permission)
        running = Running.of(info, arguments)
        answers: Mapping[str, Any] = {}
        if self.ask and await running.kept() is None:
            answers = await self.ask(request, arguments)
        doing = partial(self._do, {**arguments, "asked": answers})
        return await running.run(doing, partial(self._pay, request, asked))

    async def _do(self, arguments: Mapping[str, Any], work: Work) -> Answer:
        found = await self.deed(work, arguments)
        await work.write()
        difference = work.differences.get(found.id)
        fields = difference.fields if difference else []
        done = {"id": found.id, "version": found.version, "changedFields": fields}
        return done | done_by(work)

    async def _pay(
        self, request: Request, asked: Selected, reading: Reading, answer: Answer
    ) -> Any:
        id, selections = answer["id"], asked.selections()
        wanted = [it for it in selections if it.name == self.record]
        found = await reread(request, reading, self.shape, wanted, [id])
        diff = any(it.name == "changes" for it in selections)
        values = {
            self.record: found.get(id),
            "purgedId": id,
            "changedFields": answer["changedFields"],
            "changes": await changes(request, reading, self.shape, answer) if diff else [],
        }
        return filled(self.payload, answer, values)

    async def _refused(
        self,
        request: Request,
        asked: Selected,
        arguments: Mapping[str, Any],
        refusal: Refusal | Refusals,
    ) -> Any:
        errors = of_arguments(refusal)
        await add_candidates(request.reader, request.actor, each_of(refusal), errors)
        await add_current(request, self.shape, asked, arguments, errors)
        values: dict[str, Any] = {
            self.record: None,
            "purgedId": None,
            "changedFields": [],
            "changes": [],
        }
        return refused(self.payload, values, errors)


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


def deed_name(command: Command, shape: Shape) -> str:
    return f"{to_pascal(getattr(command, '__name__', ''))}{shape.name}"


def uncapitalised(name: str) -> str:
    return name[:1].lower() + name[1:]
