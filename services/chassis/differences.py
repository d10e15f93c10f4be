"""What one unit of work made of each record: the ground of audit lines and of events."""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper, Session

from services.chassis.database import Personal, RecordColumns, public_name

UNSPOKEN = frozenset({"tenant", "id", "version", "updated_at", "created_by_kind", "created_by_id"})
"""Columns that change with every write and say nothing by changing."""


@dataclass
class Difference:
    """What one unit of work made of one record, by the graph's names for its fields.

    `personal` names the fields whose values stay in the audit line and never travel.
    """

    record_type: str
    record_id: str
    action: str
    version: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[str]:
        return sorted(self.after)

    def told(self) -> dict[str, Any]:
        """Give what an event may say of it: all names, and the values that are nobody's own."""
        return {
            "changed": self.fields,
            "before": {k: v for k, v in self.before.items() if k not in self.personal},
            "after": {k: v for k, v in self.after.items() if k not in self.personal},
        }


class Noted(Protocol):
    """A unit of work, as far as this module knows it."""

    now: datetime
    differences: dict[str, Difference]


def noting(work: Noted) -> Callable[[Session, Any, Any], None]:
    def note(session: Session, _context: Any, _instances: Any) -> None:
        for record in [*session.new, *session.dirty]:
            if isinstance(record, RecordColumns) and session.is_modified(record):
                record.updated_at = work.now
                _note(work, record, created=record in session.new)
        for record in session.deleted:
            if isinstance(record, RecordColumns):
                # it is said that it went, and by whom; its values go with it
                work.differences[record.id] = Difference(
                    type(record).__name__, record.id, "PURGED", record.version + 1
                )

    return note


def numbering(work: Noted) -> Callable[[Session, Any], None]:
    def number(session: Session, _context: Any) -> None:
        for record in [*session.new, *session.dirty]:
            if isinstance(record, RecordColumns) and record.id in work.differences:
                work.differences[record.id].version = record.version

    return number


def _note(work: Noted, record: Any, *, created: bool) -> None:
    """Add what is about to be written to the record's difference, first before, last after."""
    noted = work.differences.setdefault(
        record.id,
        Difference(type(record).__name__, record.id, "CREATED" if created else "UPDATED"),
    )
    # a copy: an attempt that is refused goes back to the one before
    noted = work.differences[record.id] = _copied(noted)
    if not created and noted.action != "CREATED" and _is_changed(record, "archived_at"):
        noted.action = "ARCHIVED" if record.archived_at else "RESTORED"
    state = inspect(record)
    # of a new record all that is set is new: histories say no more, and cost more than all else
    changed = _set(state) if created else _changes(state)
    for place, before, after in changed:
        if place.tag is not Personal.NONE:
            noted.personal |= {place.name}
        if place.tag is Personal.CREDENTIAL:  # that it changed is told; what it was is not
            noted.after[place.name] = None
            continue
        if before is not NOTHING:
            _put(noted.before, place.name, place.part, before, keep=True)
        _put(noted.after, place.name, place.part, after)


def _set(state: Any) -> Iterator[tuple["Place", Any, Any]]:
    for place in _places(state.mapper):
        if place.key in state.dict:
            yield place, NOTHING, state.dict[place.key]


def _changes(state: Any) -> Iterator[tuple["Place", Any, Any]]:
    for place in _places(state.mapper):
        history = state.attrs[place.key].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else NOTHING
            yield place, before, history.added[0] if history.added else None


def _is_changed(record: Any, name: str) -> bool:
    return bool(inspect(record).attrs[name].history.has_changes())


def _copied(it: Difference) -> Difference:
    return Difference(
        it.record_type,
        it.record_id,
        it.action,
        it.version,
        dict(it.before),
        dict(it.after),
        it.personal,
    )


NOTHING = object()
"""Stands for what a field was before there was anything."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column's value stands in a difference: its name in the graph, and which part."""

    key: str
    name: str
    part: str
    tag: Personal


@cache
def _places(mapper: Mapper[Any]) -> tuple[Place, ...]:
    """Give the columns that say something by changing; a money's two stand under one name."""
    parts = {
        column.key: (public_name(money.key), part)
        for money in mapper.composites
        for column, part in zip(money.props, ("amount", "currency"), strict=True)
    }
    return tuple(
        Place(
            it.key,
            *parts.get(it.key, (public_name(it.key), "")),
            it.columns[0].info["personal"],
        )
        for it in mapper.column_attrs
        if it.key not in UNSPOKEN
    )


def _put(values: dict[str, Any], name: str, part: str, value: Any, *, keep: bool = False) -> None:
    """Set a value as JSON holds it; the two columns of a money stand under one name."""
    if part:
        held = dict(values.get(name) or {})
        if not (keep and part in held):
            held[part] = plain(value)
        values[name] = held
    elif not (keep and name in values):
        values[name] = plain(value)


def plain(value: Any) -> Any:
    """Write a value as JSON does: decimals, dates and enums as text."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value
