"""Showing: what the portal shows of what an operation asks for, and what it refuses to."""

from collections.abc import Iterator
from types import NoneType
from typing import get_args

from services.chassis.actor import Actor
from services.chassis.graph.masking import hidden_fields
from services.chassis.graph.plan import ManyPlan, Plan
from services.chassis.graph.shapes import Bound
from services.chassis.refusals import Forbidden


def refuse_unshown(plan: Plan, actor: Actor) -> None:
    """Refuse a guest what the portal does not show, where it could not be shown as null."""
    if actor.is_guest:
        for it in _never_null(plan, actor):
            raise Forbidden(f"{plan.shape.name}.{it} is not shown in the portal")


def refuse_relation(asked: ManyPlan, actor: Actor) -> None:
    if actor.is_guest and not asked.is_in_portal:
        raise Forbidden(f"{asked.page.nodes.shape.name} records are not shown in the portal here")


def _never_null(plan: Plan, actor: Actor) -> Iterator[str]:
    shape = plan.shape
    if shape.reading is None:
        return
    if plan.beside:
        yield ", ".join(sorted(shape.beside))
    if plan.external_refs:
        yield "externalRefs"
    if "created_by" in plan.built:
        yield "createdBy"
    hidden = hidden_fields(shape, actor)
    asked = {*plan.plain, *plan.built} & hidden
    fields = (it for it in shape.fields.values() if it.name in asked)
    yield from (it.public for it in fields if not _may_be_null(plan, it))


def _may_be_null(plan: Plan, found: Bound) -> bool:
    """Say whether the graph may give null for a field; what all records have it says itself."""
    declared = plan.shape.cls.__annotations__.get(found.name)
    return declared is None or NoneType in get_args(declared)
