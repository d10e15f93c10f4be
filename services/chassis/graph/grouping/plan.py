"""Plans of groups: what an operation asks of them, as what to reckon, to follow, and to list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.chassis.graph.counts import CountPlan
from services.chassis.graph.grouping.question import Question
from services.chassis.graph.grouping.subject import Subject
from services.chassis.graph.plan import PagePlan, Plan, Shapes, planned, planned_page
from services.chassis.graph.selection import Selected
from services.chassis.graph.shapes import Reference


@dataclass
class RecordsPlan:
    """The records in each group to list; kept under the answer's key."""

    key: str
    page: PagePlan


@dataclass
class GroupsPlan:
    """A page of groups: the question, the records that keys refer to, the lists of records."""

    question: Question
    references: dict[str, Plan] = field(default_factory=dict)
    records: list[RecordsPlan] = field(default_factory=list)
    counts: list[CountPlan] = field(default_factory=list)


def planned_groups(shapes: Shapes, subject: Subject, asked: Selected) -> GroupsPlan:
    """Plan groups: what edges and nodes ask for, together, and the counts beside it."""
    question = Question.of(subject, asked.arguments())
    wanted: list[Selected] = []
    counts = []
    for it in asked.selections():
        if it.name == "nodes":
            wanted += it.selections()
        elif it.name == "edges":
            wanted += [s for n in it.selections() if n.name == "node" for s in n.selections()]
        elif it.name == "count":
            counts.append(CountPlan.of(it))
    plan = GroupsPlan(question, counts=counts)
    for it in wanted:
        if it.name == "records":
            page = planned_page(shapes, subject.shape, it)
            plan.records.append(RecordsPlan(it.key, page))
    question.require(
        (field.name, measure.name)
        for it in wanted
        if it.name == "measures"
        for field in it.selections()
        for measure in field.selections()
    )
    keys = [key for it in wanted if it.name == "key" for key in it.selections()]
    plan.references = _references(shapes, subject, keys)
    return plan


def _references(shapes: Shapes, subject: Subject, keys: Sequence[Selected]) -> dict[str, Plan]:
    """Plan the records that keys refer to; asked under two names, they are read once."""
    wanted: dict[str, list[Selected]] = {}
    for it in keys:
        if isinstance(subject.shape.fields.get(it.name), Reference):
            wanted.setdefault(it.name, []).append(it)
    return {
        name: planned(
            shapes, shapes[them[0].type.name], [s for it in them for s in it.selections()]
        )
        for name, them in wanted.items()
    }
