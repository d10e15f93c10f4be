"""Filters: a `where` compiled to SQL, within its limits and within what an actor may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from services.chassis.actor import Actor
from services.chassis.conditions import among
from services.chassis.graph import operators
from services.chassis.graph.masking import refuse_hidden
from services.chassis.graph.relative import Moment
from services.chassis.graph.shapes import Column, Many, Reference, Shape, reads, shape_of
from services.chassis.graph.where import Archived
from services.chassis.references import ExternalRef
from services.chassis.refusals import Forbidden, Invalid, LimitExceeded

MAX_DEPTH, MAX_LEAVES = 6, 50
MONEY = ("amount", "currency")


@dataclass
class Filter:
    """Compiles one `where`, counting what it asks for against the limits."""

    actor: Actor
    moment: Moment
    leaves: int = 0

    def compiled(self, shape: Shape, given: Mapping[str, Any], entity: Any) -> ColumnElement[bool]:
        """Compile a list's `where`; what was put away is left out unless it is asked for."""
        return and_(
            self._where(shape, given, entity, 1, at_top=True),
            _shown(given, entity, Archived.EXCLUDE),
        )

    def _where(
        self,
        shape: Shape,
        given: Mapping[str, Any],
        entity: Any,
        depth: int,
        *,
        at_top: bool = False,
    ) -> ColumnElement[bool]:
        if depth > MAX_DEPTH:
            raise LimitExceeded(f"a filter may be {MAX_DEPTH} levels deep")
        if not given:
            self._count()
        parts = [
            self._part(shape, name, value, entity, depth)
            for name, value in given.items()
            if not (at_top and name == "archived")
        ]
        return and_(true(), *parts)

    def _part(
        self, shape: Shape, name: str, value: Any, entity: Any, depth: int
    ) -> ColumnElement[bool]:
        if value is None:
            raise Invalid("a condition is left out or given, never null", path=("where", name))
        if name == "archived":
            raise Invalid("`archived` stands at the top of a filter", path=("where", name))
        if name in ("and", "or"):
            inner = [self._where(shape, it, entity, depth + 1) for it in value]
            return and_(true(), *inner) if name == "and" else or_(false(), *inner)
        if name == "not":
            return _fails(self._where(shape, value, entity, depth + 1))
        if name == "externalRef":
            return self._external(shape, value, entity)
        return self._field(shape, name, value, entity, depth)

    def _field(
        self, shape: Shape, name: str, value: Any, entity: Any, depth: int
    ) -> ColumnElement[bool]:
        found = shape.fields.get(name)
        if found is not None and not isinstance(found, Many):
            refuse_hidden(shape, self.actor, reads(shape, found), ("where", name))
        if found is None:  # the id of a reference
            found = shape.fields[name.removesuffix("Id")]
            refuse_hidden(shape, self.actor, found.keys, ("where", name))
            return self._leaf(getattr(entity, found.keys[0]), value, (name,))
        if isinstance(found, Many):
            return self._many(found, value, entity, depth)
        if isinstance(found, Reference):
            return self._one(found, value, entity, depth)
        if isinstance(found, Column) and found.is_money:
            keys = dict(zip(MONEY, found.keys, strict=True))
            parts = [self._leaf(getattr(entity, keys[k]), v, (name, k)) for k, v in value.items()]
            return and_(true(), *parts)
        return self._leaf(getattr(entity, found.keys[0]), value, (name,))

    def _leaf(
        self, column: Any, given: Mapping[str, Any] | None, path: tuple[str, ...]
    ) -> ColumnElement[bool]:
        if given is None:
            raise Invalid("a condition is given or left out, never null", path=("where", *path))
        made = []
        for operator, value in given.items():
            self._count()
            made.append(operators.compiled(column, operator, value, self.moment, path))
        return and_(true(), *made)

    def _one(
        self, found: Reference, given: Mapping[str, Any], entity: Any, depth: int
    ) -> ColumnElement[bool]:
        """Ask of the record that is referred to; who refers to none fails, whatever is asked."""
        target = shape_of(found.target)
        other = self._other(target)
        self._count()
        return exists(
            select(other.id).where(
                other.id == getattr(entity, found.keys[0]),
                _shown(given, other, Archived.INCLUDE),
                other.visible_to(self.actor),
                self._where(target, given, other, depth + 1, at_top=True),
            )
        )

    def _many(
        self, found: Many, given: Mapping[str, Any], entity: Any, depth: int
    ) -> ColumnElement[bool]:
        if self.actor.is_guest and not found.portal:
            raise Forbidden(f"{found.public} are not shown in the portal", path=("where",))
        made: list[ColumnElement[bool]] = []
        for quantifier, value in given.items():
            self._count()
            if value is None:
                raise Invalid("a quantifier is given or left out, never null", path=("where",))
            if quantifier == "count":
                made.append(self._counted(found, value, entity))
            else:
                made.append(self._quantified(found, quantifier, value, entity, depth))
        return and_(true(), *made)

    def _counted(self, found: Many, given: Mapping[str, Any], entity: Any) -> ColumnElement[bool]:
        other = self._other(shape_of(found.target))
        related = self._related(found, {}, other, entity)
        number = related.with_only_columns(func.count(other.id)).scalar_subquery()
        return self._leaf(number, given, (found.public, "count"))

    def _quantified(
        self, found: Many, quantifier: str, given: Mapping[str, Any], entity: Any, depth: int
    ) -> ColumnElement[bool]:
        target = shape_of(found.target)
        other = self._other(target)
        holds = self._where(target, given, other, depth + 1, at_top=True)
        related = self._related(found, given, other, entity)
        if quantifier == "some":
            return exists(related.where(holds))
        return not_(exists(related.where(holds if quantifier == "none" else _fails(holds))))

    def _related(
        self, found: Many, given: Mapping[str, Any], other: Any, entity: Any
    ) -> Select[tuple[str]]:
        return select(other.id).where(
            getattr(other, found.foreign_key) == entity.id,
            _shown(given, other, Archived.EXCLUDE),
            other.visible_to(self.actor),
        )

    def _other(self, target: Shape) -> Any:
        """Give another record type, if this actor may ask about it."""
        if target.reading is not None:
            target.reading.admit(self.actor)
        return aliased(target.entity)

    def _count(self) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise LimitExceeded(f"a filter may hold {MAX_LEAVES} conditions")

    def _external(
        self, shape: Shape, given: Mapping[str, Any], entity: Any
    ) -> ColumnElement[bool]:
        self._count()
        if self.actor.is_guest:
            raise Forbidden("the portal does not show externalRefs", path=("where",))
        if len(given["in"]) > operators.MAX_VALUES:
            raise LimitExceeded(f"a list may hold {operators.MAX_VALUES} values", path=("where",))
        for it in (given["source"], *given["in"]):
            operators.refuse_odd(it, ("externalRef",))
        known: ColumnElement[bool] = entity.id.in_(
            select(ExternalRef.record_id).where(
                ExternalRef.record_type == shape.name,
                ExternalRef.source == given["source"],
                among(ExternalRef.ref, given["in"]),
            )
        )
        return known


def _shown(given: Mapping[str, Any], entity: Any, unsaid: Archived) -> ColumnElement[bool]:
    """Say which records a filter is about: those in use, those put away, or both."""
    archived = given.get("archived", unsaid)
    if archived is None:
        raise Invalid("a condition is left out or given, never null", path=("where", "archived"))
    put_away: ColumnElement[bool] = entity.archived_at.is_not(None)
    return {Archived.EXCLUDE: not_(put_away), Archived.ONLY: put_away}.get(archived, true())


def _fails(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a condition does not hold: what is empty holds no comparison, and so fails it."""
    return condition.is_not(true())
