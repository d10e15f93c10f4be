"""Filters: one operator input for each scalar, one `where` for each shape, compiled to SQL."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true
from sqlalchemy.orm import aliased

from services.chassis.actor import Actor
from services.chassis.graph.making import Part, described, extend, list_of, made_input
from services.chassis.graph.shapes import Column, Many, Reference, Shape, shape_of
from services.chassis.graph.types import Money
from services.chassis.permissions import admit
from services.chassis.references import ExternalRef
from services.chassis.refusals import Invalid, LimitExceeded

MAX_DEPTH, MAX_LEAVES, MAX_VALUES = 6, 50, 500


class Archived(enum.Enum):
    EXCLUDE = "EXCLUDE"
    INCLUDE = "INCLUDE"
    ONLY = "ONLY"


described(
    Archived,
    "What a list does with records that were put away.",
    EXCLUDE="Leave them out.",
    INCLUDE="Show them with the others.",
    ONLY="Show only them: the trash.",
)

Operator = Callable[[Any, Any], ColumnElement[bool]]

OPERATORS: dict[str, tuple[str, Operator]] = {
    "eq": ("Equal to this.", lambda column, value: column == value),
    "ne": (
        "Not equal to this; empty is unequal.",
        lambda c, v: c.is_distinct_from(v),
    ),
    "in": ("One of these; an empty list matches nothing.", lambda c, v: c.in_(v)),
    "notIn": ("None of these.", lambda c, v: or_(c.is_(None), c.not_in(v))),
    "contains": ("Holds this text, in any case.", lambda c, v: c.icontains(v, autoescape=True)),
    "startsWith": ("Begins with this text.", lambda c, v: c.startswith(v, autoescape=True)),
    "gt": ("Greater, or later, than this.", lambda c, v: c > v),
    "gte": ("Greater, later or equal.", lambda c, v: c >= v),
    "lt": ("Less, or earlier, than this.", lambda c, v: c < v),
    "lte": ("Less, earlier or equal.", lambda c, v: c <= v),
    "isNull": ("Whether it is empty.", lambda c, v: c.is_(None) if v else c.is_not(None)),
}
EQUALITY = ("eq", "ne", "in", "notIn", "isNull")
ORDERED = (*EQUALITY, "gt", "gte", "lt", "lte")
LISTS = frozenset({"in", "notIn"})


def _operators(name: str, kind: Any, operators: tuple[str, ...], what: str) -> Any:
    def typed(operator: str) -> Any:
        if operator in LISTS:
            return list[kind] | None
        return (bool if operator == "isNull" else kind) | None

    parts = [Part(it, typed(it), OPERATORS[it][0]) for it in operators]
    return made_input(name, parts, f"What {what} must be; several conditions all hold.")


WHERE_OF: dict[Any, Any] = {
    strawberry.ID: _operators("IDWhere", strawberry.ID, EQUALITY, "an id"),
    str: _operators("StringWhere", str, (*ORDERED, "contains", "startsWith"), "a text"),
    int: _operators("IntWhere", int, ORDERED, "a number"),
    bool: _operators("BooleanWhere", bool, ("eq", "isNull"), "a yes or no"),
    Decimal: _operators("DecimalWhere", Decimal, ORDERED, "an exact number"),
    date: _operators("DateWhere", date, ORDERED, "a date"),
    datetime: _operators("DateTimeWhere", datetime, ORDERED, "an instant"),
}
WHERE_OF[Money] = made_input(
    "MoneyWhere",
    [
        Part("amount", WHERE_OF[Decimal] | None, "What its amount must be."),
        Part("currency", WHERE_OF[str] | None, "What its currency must be."),
    ],
    "What an amount of money must be.",
)
EXTERNAL_REF_WHERE = made_input(
    "ExternalRefWhere",
    [
        Part("source", str, "The other system's name."),
        Part("in", list[str], "The ids that it uses."),
    ],
    "By what ids another system knows the records.",
)


def where_input(shape: Shape) -> Any:
    """Make a shape's filter input; made once, it is kept on the shape's class."""
    kept = vars(shape.cls).get("__where__")
    if kept is not None:
        return kept
    made: Any = made_input(f"{shape.name}Where", [], f"Which of the {shape.name} records to take.")
    shape.cls.__where__ = made  # type: ignore[attr-defined]  # kept where it belongs
    parts = [
        Part("and", list_of(made) | None, "All of these hold."),
        Part("or", list_of(made) | None, "At least one of these holds."),
        Part("not", made | None, "This does not hold."),
        Part(
            "archived", Archived | None, "What to do with what was put away; left out if unsaid."
        ),
        Part("externalRef", EXTERNAL_REF_WHERE | None, "By what ids another system knows them."),
    ]
    for it in shape.fields.values():
        if isinstance(it, Column) and not it.is_list:
            kind = strawberry.ID if it.name == "id" else it.kind
            parts.append(Part(it.public, _where_of(kind) | None, it.description or it.public))
        elif isinstance(it, Reference):
            parts.append(Part(it.input_name, WHERE_OF[strawberry.ID] | None, it.description))
        elif isinstance(it, Many):
            parts.append(relation_part(it))
    extend(made, parts)
    return made


def relation_part(found: Many) -> Part:
    """Make the condition on a relation: some, none, every."""
    return Part(found.public, _to_many(shape_of(found.target)) | None, found.description)


def _where_of(kind: Any) -> Any:
    if kind not in WHERE_OF:
        WHERE_OF[kind] = _operators(f"{kind.__name__}Where", kind, EQUALITY, "the value")
    return WHERE_OF[kind]


def _to_many(target: Shape) -> Any:
    kept = vars(target.cls).get("__many__")
    if kept is None:
        inner = where_input(target) | None
        kept = made_input(
            f"{target.name}ManyWhere",
            [
                Part("some", inner, "At least one of them is so."),
                Part("none", inner, "None of them is so."),
                Part("every", inner, "All of them are so, or there are none."),
            ],
            f"What the related {target.name} records must be.",
        )
        target.cls.__many__ = kept  # type: ignore[attr-defined]  # kept where it belongs
    return kept


@dataclass
class Filter:
    """Compiles one `where`, counting what it asks for against the limits."""

    actor: Actor
    leaves: int = 0

    def compiled(self, shape: Shape, given: Mapping[str, Any], entity: Any) -> ColumnElement[bool]:
        """Compile a list's `where`; what was put away is left out unless it is asked for."""
        archived = given.get("archived", Archived.EXCLUDE)
        parts = [self._where(shape, given, entity, 1)]
        if archived is Archived.EXCLUDE:
            parts.append(entity.archived_at.is_(None))
        if archived is Archived.ONLY:
            parts.append(entity.archived_at.is_not(None))
        return and_(*parts)

    def _where(
        self, shape: Shape, given: Mapping[str, Any], entity: Any, depth: int
    ) -> ColumnElement[bool]:
        if depth > MAX_DEPTH:
            raise LimitExceeded(f"a filter may be {MAX_DEPTH} levels deep")
        parts = [
            self._part(shape, name, value, entity, depth)
            for name, value in given.items()
            if name != "archived"
        ]
        return and_(true(), *parts)

    def _part(
        self, shape: Shape, name: str, value: Any, entity: Any, depth: int
    ) -> ColumnElement[bool]:
        if value is None:
            raise Invalid("a condition is left out or given, never null", path=("where", name))
        if name in ("and", "or"):
            inner = [self._where(shape, it, entity, depth + 1) for it in value]
            return and_(true(), *inner) if name == "and" else or_(not_(true()), *inner)
        if name == "not":
            return not_(self._where(shape, value, entity, depth + 1))
        if name == "externalRef":
            return self._external(shape, value, entity)
        return self._field(shape, name, value, entity, depth)

    def _field(
        self, shape: Shape, name: str, value: Any, entity: Any, depth: int
    ) -> ColumnElement[bool]:
        found = shape.fields.get(name) or shape.fields[name.removesuffix("Id")]
        if isinstance(found, Many):
            return self._many(found, value, entity, depth)
        if isinstance(found, Column) and found.is_money:
            columns = dict(zip(("amount", "currency"), found.keys, strict=True))
            return and_(
                true(),
                *(self._leaf(getattr(entity, columns[k]), v, (name, k)) for k, v in value.items()),
            )
        return self._leaf(getattr(entity, found.keys[0]), value, (name,))

    def _leaf(
        self, column: Any, given: Mapping[str, Any] | None, path: tuple[str, ...]
    ) -> ColumnElement[bool]:
        if given is None:
            raise Invalid("a condition is given or left out, never null", path=("where", *path))
        made = []
        for operator, value in given.items():
            self.leaves += 1
            if value is None:
                raise Invalid(
                    "an operator is left out or given, never null", path=("where", *path)
                )
            if operator in LISTS and len(value) > MAX_VALUES:
                raise LimitExceeded(f"a list may hold {MAX_VALUES} values", path=("where", *path))
            made.append(OPERATORS[operator][1](column, value))
        if self.leaves > MAX_LEAVES:
            raise LimitExceeded(f"a filter may hold {MAX_LEAVES} conditions")
        return and_(true(), *made)

    def _many(
        self, found: Many, given: Mapping[str, Any], entity: Any, depth: int
    ) -> ColumnElement[bool]:
        target = shape_of(found.target)
        if target.reading is not None:
            admit(self.actor, target.reading.permission)
        made: list[ColumnElement[bool]] = []
        for quantifier, value in given.items():
            if value is None:
                raise Invalid("a quantifier is given or left out, never null", path=("where",))
            other = aliased(target.entity)
            condition = self._where(target, value, other, depth + 1)
            if quantifier == "every":
                condition = not_(condition)
            related = exists(
                select(other.id).where(
                    getattr(other, found.foreign_key) == entity.id,
                    other.archived_at.is_(None),
                    other.visible_to(self.actor),
                    condition,
                )
            )
            made.append(related if quantifier == "some" else not_(related))
        return and_(true(), *made)

    def _external(
        self, shape: Shape, given: Mapping[str, Any], entity: Any
    ) -> ColumnElement[bool]:
        self.leaves += 1
        if len(given["in"]) > MAX_VALUES:
            raise LimitExceeded(f"a list may hold {MAX_VALUES} values", path=("where",))
        known: ColumnElement[bool] = entity.id.in_(
            select(ExternalRef.record_id).where(
                ExternalRef.record_type == shape.name,
                ExternalRef.source == given["source"],
                ExternalRef.ref.in_(given["in"]),
            )
        )
        return known
