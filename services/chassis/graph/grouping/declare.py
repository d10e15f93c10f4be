"""Declaring groups: the root field of a record type that puts its records together."""

from dataclasses import dataclass
from typing import Any

from services.chassis.graph.declare import Info, Related, page_arguments, page_of
from services.chassis.graph.grouping.inputs import by_input, having_input, order_input, rates_input
from services.chassis.graph.grouping.plan import planned_groups
from services.chassis.graph.grouping.read import GroupReader
from services.chassis.graph.grouping.subject import Subject
from services.chassis.graph.making import Part, extend_by, list_of, made_field, made_type
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import shape_of
from services.chassis.graph.where import where_input


def groups(cls: type, description: str) -> Any:
    """Make the root field that groups records; null where this service does not answer."""
    subject = Subject(shape_of(cls))
    group = _group(subject)
    return made_field(page_of(group), description, _arguments(subject), Grouped(subject, group))


def _group(subject: Subject) -> Any:
    name = subject.shape.name
    made = made_type(
        f"{name}Group",
        [
            Part("key", subject.key_type, "What they have in common."),
            Part("count", int, "How many records it holds."),
            Part("measures", subject.measures_type, "What is measured of them."),
        ],
        f"Some {name} records that have something in common.",
    )
    arguments = [it for it in page_arguments(subject.shape) if it.name != "where"]
    said = "Its records, a page for each group; their count is the group's."
    extend_by(made, "records", made_field(page_of(subject.shape.cls), said, arguments, Related()))
    return made


def _arguments(subject: Subject) -> list[Part]:
    shape, keys, measured = subject.shape, subject.keys, subject.measured
    by, order = by_input(shape, keys), order_input(shape, subject.sorts)
    parts = [
        Part("where", where_input(shape) | None, "Which records to take, as in the list."),
        Part(
            "groupBy", list_of(by) | None, "By what: 4 at the most; all are one group if unsaid."
        ),
        Part("having", having_input(shape, measured) | None, "Which groups to take."),
        Part("orderBy", list_of(order) | None, "In which order; by their keys if unsaid."),
        Part("first", int | None, "How many groups: 25 if unsaid, 200 at the most."),
        Part("after", str | None, "Begin after this cursor."),
        Part(
            "fillGaps",
            bool | None,
            "Give an empty group for each period that has no records, from the first to the last;"
            " among 1000 groups at the most. Just one date or instant may be grouped by.",
        ),
    ]
    if any(it.is_money for it in measured.values()):
        said = "At which day's exchange rates money is measured; the day it was made if unsaid."
        parts.append(Part("rates", rates_input(shape, keys) | None, said))
    return parts


@dataclass(frozen=True)
class Grouped:
    """Answers with a page of groups."""

    subject: Subject
    group: Any

    async def __call__(self, _source: Any, info: Info, **_arguments: Any) -> Any:
        request: Request = info.context
        plan = planned_groups(request.shapes, self.subject, selected_by(info))
        async with request.reader() as reader:
            return await GroupReader(reader, plan, self.group).page()
