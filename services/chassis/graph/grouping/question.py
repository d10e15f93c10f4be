"""Questions: what a client asks of groups, read from its arguments; what cannot be is refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.chassis.calendars import FISCAL, PeriodUnit, zone_named
from services.chassis.graph.filter import MAX_DEPTH
from services.chassis.graph.grouping.inputs import COUNT
from services.chassis.graph.grouping.keys import Key
from services.chassis.graph.grouping.subject import Figure, Subject
from services.chassis.graph.keyset import page_size
from services.chassis.graph.relative import is_relative
from services.chassis.graph.sorting import MAX_SORTS
from services.chassis.graph.types import Direction
from services.chassis.pages import Cursor, InvalidCursor, stamp_of
from services.chassis.refusals import Invalid, LimitExceeded

MAX_KEYS = 4
SAME_QUESTION = ("where", "groupBy", "having", "rates", "fillGaps", "orderBy")
"""The arguments that must be the same for a cursor to hold."""


@dataclass(frozen=True)
class By:
    """One key that is grouped by; a date or an instant by a unit, in a zone or the company's."""

    key: Key
    unit: PeriodUnit | None = None
    zone: str | None = None

    @property
    def needs_calendar(self) -> bool:
        return self.unit in FISCAL or (self.key.kind is datetime and self.zone is None)


@dataclass(frozen=True)
class Step:
    """One step of an order: by a key, a figure, or the count (None)."""

    of: Key | Figure | None
    descending: bool
    nulls_first: bool


@dataclass(frozen=True)
class Rates:
    """At which day's rates money is measured: of a field of each record, or one for all."""

    key: Key
    on: date | None = None


@dataclass
class Question:
    """What is asked: keys, conditions, order, page, and (as it is planned) which figures."""

    subject: Subject
    where: Mapping[str, Any]
    by: Sequence[By]
    having: Mapping[str, Any]
    order: Sequence[Step]
    rates: Rates
    size: int
    stamp: str
    cursor: Cursor | None
    fills_gaps: bool
    figures: dict[Figure, None] = field(default_factory=dict)

    @staticmethod
    def of(subject: Subject, given: Mapping[str, Any]) -> "Question":
        by = _by(subject, given.get("groupBy") or ())
        order = _order(subject, by, given.get("orderBy") or ())
        stamp = stamp_of([given.get(it) for it in SAME_QUESTION])
        after = given.get("after")
        asked = Question(
            subject,
            given.get("where") or {},
            by,
            given.get("having") or {},
            order,
            _rates(subject, given.get("rates")),
            page_size("first", given.get("first")),
            stamp,
            None if after is None else _decoded(after, stamp, len(order)),
            bool(given.get("fillGaps")),
        )
        asked.require(it.of for it in order if isinstance(it.of, tuple))
        asked.require(_figures_in(asked.having))
        if asked.fills_gaps and len(asked.periods) != 1:
            raise Invalid("gaps are filled of one date or instant", path=("fillGaps",))
        return asked

    def require(self, figures: Iterator[Figure]) -> None:
        """Have these figures reckoned too."""
        self.figures.update(dict.fromkeys(figures))

    @property
    def periods(self) -> list[By]:
        return [it for it in self.by if it.unit]

    @property
    def money(self) -> list[str]:
        """Name the money that is measured."""
        measured = self.subject.measured
        return list(dict.fromkeys(it for it, _ in self.figures if measured[it].is_money))

    @property
    def needs_calendar(self) -> bool:
        by_rates = self.rates.on is None and self.rates.key.kind is datetime
        return (
            any(it.needs_calendar for it in self.by)
            or is_relative(self.where)
            or is_relative(self.having)
            or (bool(self.money) and by_rates)
        )


def _by(subject: Subject, given: Sequence[Mapping[str, Any]]) -> list[By]:
    if len(given) > MAX_KEYS:
        raise LimitExceeded(f"records are grouped by {MAX_KEYS} fields", path=("groupBy",))
    made = [_one(subject.keys[it["field"].value], it) for it in given]
    if len({it.key for it in made}) < len(made):
        raise Invalid("a field is grouped by once", path=("groupBy",))
    return made


def _one(key: Key, given: Mapping[str, Any]) -> By:
    unit, zone = given.get("unit"), given.get("timeZone")
    if not key.is_time:
        if unit or zone:
            raise Invalid("only a date or an instant has a unit and a zone", path=("groupBy",))
        return By(key)
    if zone is not None:
        zone_named(zone)
    return By(key, unit or PeriodUnit.DAY, zone)


def _order(subject: Subject, by: Sequence[By], given: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Read the order; what is grouped by and not sorted by comes last, and decides."""
    if len(given) > MAX_SORTS:
        raise LimitExceeded(f"groups are sorted by {MAX_SORTS} fields", path=("orderBy",))
    made = [_step(subject, it) for it in given]
    if any(isinstance(it.of, Key) and it.of not in {b.key for b in by} for it in made):
        raise Invalid("groups are sorted by a key that they are grouped by", path=("orderBy",))
    sorted_by = {it.of for it in made}
    if len(sorted_by) < len(made):
        raise Invalid("groups are sorted by a field once", path=("orderBy",))
    return [*made, *(Step(it.key, False, False) for it in by if it.key not in sorted_by)]  # noqa: FBT003  # ascending, as unsaid


def _step(subject: Subject, given: Mapping[str, Any]) -> Step:
    name, descending = given["field"].value, given["direction"] is Direction.DESC
    nulls = given.get("nulls")
    of = None if name == COUNT else subject.keys.get(name) or subject.figures[name]
    return Step(of, descending, descending if nulls is None else nulls.value == "FIRST")


def _rates(subject: Subject, given: Mapping[str, Any] | None) -> Rates:
    created = subject.keys["CREATED_AT"]
    if given is None:
        return Rates(created)
    named, on = given.get("field"), given.get("on")
    if (named is None) is (on is None):
        raise Invalid("rates are of a `field` or `on` a day, one of them", path=("rates",))
    return Rates(created, on) if named is None else Rates(subject.keys[named.value])


def _figures_in(having: Mapping[str, Any], depth: int = 1) -> Iterator[Figure]:
    """Find the figures that a filter of groups asks about; refuse what is null or too deep."""
    if depth > MAX_DEPTH:
        raise LimitExceeded(f"a filter may be {MAX_DEPTH} levels deep", path=("having",))
    for name, given in having.items():
        if given is None:
            raise Invalid("a condition is left out or given, never null", path=("having", name))
        if name == "measures":
            yield from ((public, it) for public, each in given.items() for it in each or ())
        elif name != "count":
            for each in [given] if name == "not" else given:
                yield from _figures_in(each, depth + 1)


def _decoded(after: str, stamp: str, length: int) -> Cursor:
    cursor = Cursor.decoded(after, stamp=stamp)
    if len(cursor.values) != length:
        raise InvalidCursor("this cursor was not made here")
    return cursor
