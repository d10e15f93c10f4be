"""The doors of a subgraph: every way in which it gives records, and a question for each."""

from functools import cache
from importlib import import_module
from types import SimpleNamespace

from graphql import get_named_type, is_leaf_type, is_object_type

from services.chassis.actor import Actor, ActorKind
from services.chassis.files import administering
from services.chassis.graph.answer import Answerer
from services.chassis.graph.shapes import Many
from tests.kit.harbour import ALL
from tests.support.asking import Asker
from tests.support.sowing import id_of
from tests.toy.schema import schema as toy

SERVICES = ("customers", "sales", "service_desk")
SUBJECTS = ("toy", *SERVICES)


@cache
def answerer_of(service):
    made = toy if service == "toy" else import_module(f"services.{service}.schema").schema()
    return Answerer(made)


@cache
def permissions_of(service):
    if service == "toy":
        return ALL | {administering("toy")}
    roles = import_module(f"services.{service}.permissions").ROLES
    return frozenset().union(*roles.values())


@cache
def guests_of(service):
    """Give what a guest of the portal may do in a service."""
    if service == "toy":
        return frozenset()
    return import_module(f"services.{service}.permissions").GUESTS


class Visitor(Asker):
    """A staff user whose roles permit everything; what it sees is the scope's business."""

    def __init__(self, service, engine, tenant):
        self.service = service
        self.answerer = answerer_of(service)
        super().__init__(engine, tenant, SimpleNamespace(channels={}))  # nobody else is asked
        self.me = Actor(tenant, f"usr_{2:026}", ActorKind.USER, permissions_of(service))

    async def actor(self, who):
        return who or self.me

    @property
    def schema(self):
        return self.answerer.schema._schema

    @property
    def shapes(self):
        return self.answerer.schema.shapes

    def records(self):
        return [it for it in self.shapes.values() if it.reading is not None]

    def lists(self):
        """Give each record type that has a root list, with the list's name.

        Lists of what is one's own, or shared with one, are left out: they hold less of the same.
        """
        for name, field in self.schema.query_type.fields.items():
            if getattr(field.resolve, "only", None) is not None:
                continue
            kind = get_named_type(field.type).name
            shape = self.shapes.get(kind.removesuffix("Connection"))
            if kind.endswith("Connection") and shape is not None:
                yield name, shape

    def groups(self):
        """Give each root field that groups records, with their type."""
        for name, field in self.schema.query_type.fields.items():
            kind = get_named_type(field.type).name
            if kind.endswith("GroupConnection"):
                yield name, self.shapes[kind.removesuffix("GroupConnection")]

    def ones(self):
        """Give each root field that gives a single record, with its type and arguments."""
        for name, field in self.schema.query_type.fields.items():
            shape = self.shapes.get(get_named_type(field.type).name)
            if shape is not None and not name.startswith("_"):
                yield name, shape, list(field.args)

    def relations(self):
        """Give each relation to many: the shape that has it, and what it is."""
        for shape in self.shapes.values():
            for it in shape.fields.values():
                if isinstance(it, Many):
                    yield shape, it

    def answered_by(self, deed):
        """Give the type of the record that a deed answers with; None where it is about none."""
        payload = get_named_type(self.schema.mutation_type.fields[deed].type)
        kinds = {str(it.type) for it in payload.fields.values()}
        return next((it for it in self.records() if it.name in kinds), None)

    def selection(self, name, depth=1):
        """Write all that can be asked of a type, to a depth of its relations."""
        return " ".join(self._selected(self.schema.type_map[name], depth))

    def entities(self, name, ids, selection=None):
        """Ask for records by their keys, as a gateway does."""
        asked = selection or self.selection(name)
        document = (
            f"query($r: [_Any!]!) {{ _entities(representations: $r)"
            f" {{ ... on {name} {{ {asked} }} }} }}"
        )
        return document, {"r": [{"__typename": name, "id": it} for it in ids]}

    def _selected(self, kind, depth):
        for name, field in kind.fields.items():
            of = get_named_type(field.type)
            if is_leaf_type(of):
                yield name
            elif of.name.endswith("Connection"):
                if depth:
                    record = of.name.removesuffix("Connection")
                    inner = self.selection(record, depth - 1)
                    yield f"{name}(first: 2) {{ nodes {{ {inner} }} count {{ value }} }}"
            elif is_object_type(of) and (depth or of.name not in self.shapes):
                yield f"{name} {{ {' '.join(self._selected(of, depth and depth - 1))} }}"


def ids_of(shape, numbers):
    """Give the ids of rows as they were sown, or as other services' records are referred to."""
    if shape.reading is not None:
        return [id_of(shape.entity, it) for it in numbers]
    prefix = {"StaffUser": "usr", "Team": "tea"}.get(shape.name, "ref")
    return [f"{prefix}_{it:026}" for it in numbers]
