"""Plans: a selection of a shape as the columns to read, and how a row becomes a record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph import types
from services.chassis.graph.beside import Beside
from services.chassis.graph.counts import CountPlan
from services.chassis.graph.selection import Selected
from services.chassis.graph.shapes import Bound, Column, Computed, Many, Reference, Shape, shape_of
from services.chassis.money import Money

Row = Sequence[Any]
Shapes = Mapping[str, Shape]
"""The record types of one schema by name: what a stub here may be in this service."""
Only = Callable[[Any, Actor], ColumnElement[bool]]
"""Says which rows of a table a list is of, for whoever reads it."""
CREATED_BY = ("created_by_kind", "created_by_id")


@dataclass
class ReferencePlan:
    """Another record to fetch by the ids in one column: all parents at once."""

    name: str
    key: str
    plan: "Plan"


@dataclass
class ManyPlan:
    """The related records to fetch for all parents at once; kept under the answer's key."""

    key: str
    foreign_key: str
    page: "PagePlan"
    is_in_portal: bool = False


@dataclass
class Plan:
    """What to read of a shape: columns in order, what they make, and what follows them."""

    shape: Shape
    keys: list[str] = field(default_factory=lambda: ["id"])
    plain: dict[str, int] = field(default_factory=dict)
    built: dict[str, Callable[[Row], Any]] = field(default_factory=dict)
    references: list[ReferencePlan] = field(default_factory=list)
    many: list[ManyPlan] = field(default_factory=list)
    external_refs: bool = False
    beside: list[Beside] = field(default_factory=list)

    def index(self, key: str) -> int:
        """Select a column once, and say where it stands."""
        if key not in self.keys:
            self.keys.append(key)
        return self.keys.index(key)

    def columns(self) -> list[Any]:
        return [getattr(self.shape.entity, key) for key in self.keys]

    def record(self, row: Row) -> Any:
        """Make a row a record of the shape's class, with only what was asked for."""
        made: Any = object.__new__(self.shape.cls)
        values = made.__dict__
        for name, index in self.plain.items():
            values[name] = row[index]
        for name, build in self.built.items():
            values[name] = build(row)
        values["id"] = row[0]
        return made

    def stub(self, id: str) -> Any:
        """Make the record of another service: its key, and nothing that would need a look."""
        made: Any = object.__new__(self.shape.cls)
        made.__dict__["id"] = id
        return made


@dataclass
class PagePlan:
    """A page of a list: the plan of its records, its arguments, and what of it is wanted."""

    nodes: Plan
    arguments: dict[str, Any]
    counts: list[CountPlan] = field(default_factory=list)
    is_read: bool = True
    has_edges: bool = True
    has_cursors: bool = True
    """Whether each edge's cursor is asked for; the page's own two are made anyway."""
    only: Only | None = None
    """What its list is of, where it is not of all that its reader may see."""


def planned(shapes: Shapes, shape: Shape, selections: Sequence[Selected]) -> Plan:
    """Plan what to read of a shape for these selections."""
    plan = Plan(shapes.get(shape.name, shape))
    for it in selections:
        _add(shapes, plan, it)
    return plan


def planned_page(shapes: Shapes, shape: Shape, asked: Selected) -> PagePlan:
    """Plan a page: what edges and nodes ask for, together, and the counts beside it."""
    selections = asked.selections()
    edges = [s for it in selections if it.name == "edges" for s in it.selections()]
    listed = [it for it in selections if it.name == "nodes"]
    listed += [it for it in edges if it.name == "node"]
    wanted = [s for it in listed for s in it.selections(shape.name)]
    return paged(asked, planned(shapes, shape, wanted))


def paged(asked: Selected, nodes: Plan) -> PagePlan:
    """Plan as much of a page as is asked for, of records that are planned already."""
    selections = asked.selections()
    edges = [s for it in selections if it.name == "edges" for s in it.selections()]
    counts = [CountPlan.of(it) for it in selections if it.name == "count"]
    return PagePlan(
        nodes,
        asked.arguments(),
        counts,
        is_read=len(counts) < len(selections),
        has_edges=any(it.name == "edges" for it in selections),
        has_cursors=any(it.name == "cursor" for it in edges),
    )


def take(plan: Plan, found: Bound) -> None:
    """Have a column, a computed field or the id of a reference read, under the field's name."""
    if isinstance(found, Reference):
        plan.plain[found.name] = plan.index(found.keys[0])
    elif isinstance(found, Computed):
        _take_computed(plan, found)
    else:
        _take_column(plan, found)


def _add(shapes: Shapes, plan: Plan, asked: Selected) -> None:
    found = plan.shape.fields.get(asked.name)
    if found is None and asked.name in plan.shape.beside:
        plan.beside.append(plan.shape.beside[asked.name](asked))
    elif found is None:
        _ADD_COMMON[asked.name](shapes, plan, asked)
    else:
        _ADD[type(found)](shapes, plan, asked, found)


def _add_plain(_shapes: Shapes, plan: Plan, _asked: Selected, found: Bound) -> None:
    take(plan, found)


def _take_column(plan: Plan, found: Bound) -> None:
    if len(found.keys) == 1:
        plan.plain[found.name] = plan.index(found.keys[0])
        return
    amount, currency = map(plan.index, found.keys)
    plan.built[found.name] = lambda row: (
        None if row[amount] is None else Money(row[amount], row[currency])
    )


def _take_computed(plan: Plan, found: Computed) -> None:
    readers = [_reader(plan, key) for key in found.keys]
    function = found.function
    plan.built[found.name] = lambda row: function(*(read(row) for read in readers))


def _reader(plan: Plan, key: str) -> Callable[[Row], Any]:
    """Read what a computed field's parameter names: a column, or the money of two."""
    attribute = getattr(plan.shape.entity, key).property
    columns = [it.key for it in getattr(attribute, "props", [attribute])]
    if len(columns) == 1:
        index = plan.index(columns[0])
        return lambda row: row[index]
    amount, currency = map(plan.index, columns)
    return lambda row: None if row[amount] is None else Money(row[amount], row[currency])


def _add_reference(shapes: Shapes, plan: Plan, asked: Selected, found: Bound) -> None:
    plan.index(found.keys[0])
    target = shapes[asked.type.name]
    # the same reference asked under two names is read once, with what both want
    following = next((it for it in plan.references if it.name == found.name), None)
    if following is None:
        following = ReferencePlan(found.name, found.keys[0], Plan(target))
        plan.references.append(following)
    for it in asked.selections():
        _add(shapes, following.plan, it)


def _add_many(shapes: Shapes, plan: Plan, asked: Selected, found: Bound) -> None:
    if not isinstance(found, Many):
        raise TypeError(found)
    page = planned_page(shapes, shape_of(found.target), asked)
    plan.many.append(ManyPlan(asked.key, found.foreign_key, page, found.portal))


def _add_created_by(shapes: Shapes, plan: Plan, asked: Selected) -> None:
    kind, id = map(plan.index, CREATED_BY)
    users = [it for it in asked.selections() if it.name == "user"]
    inner = [s for it in users for s in it.selections()]
    target = shapes["StaffUser"]
    if users:
        following = ReferencePlan("created_by.user", CREATED_BY[1], planned(shapes, target, inner))
        plan.references.append(following)

    def built(row: Row) -> types.Actor:
        return types.Actor(kind=ActorKind[row[kind]], id=row[id], user=None)

    plan.built["created_by"] = built


def _add_external_refs(_shapes: Shapes, plan: Plan, _asked: Selected) -> None:
    plan.external_refs = True


_ADD: dict[type[Bound], Callable[[Shapes, Plan, Selected, Bound], None]] = {
    Column: _add_plain,
    Reference: _add_reference,
    Computed: _add_plain,
    Many: _add_many,
}
_ADD_COMMON: dict[str, Callable[[Shapes, Plan, Selected], None]] = {
    "createdBy": _add_created_by,
    "externalRefs": _add_external_refs,
}
