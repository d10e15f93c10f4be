"""What one unit of work made of each record: the ground of audit lines and of events."""

import enum
from collections.abc import Callable, Mapping
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
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in UNSPOKEN or not history.has_changes():
            continue
        name, part = _places(state.mapper)[attribute.key]
        tag = attribute.columns[0].info["personal"]
        if tag is not Personal.NONE:
            noted.personal |= {name}
        if tag is Personal.CREDENTIAL:  # that it changed is told; what it was is nobody's business
            noted.after[name] = None
            continue
        if history.deleted and not created:
            _put(noted.before, name, part, history.deleted[0], keep=True)
        _put(noted.after, name, part, history.added[0] if history.added else None)


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


@cache
def _places(mapper: Mapper[Any]) -> Mapping[str, tuple[str, str]]:
    """Say of each column its name in the graph; of a money's two, which part of it they hold."""
    places = {it.key: (public_name(it.key), "") for it in mapper.column_attrs}
    for money in mapper.composites:
        for column, part in zip(money.props, ("amount", "currency"), strict=True):
            places[column.key] = public_name(money.key), part
    return places


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
