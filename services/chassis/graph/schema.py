"""A service's subgraph: Strawberry's federation schema, with our own reading behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.annotation import StrawberryAnnotation
from strawberry.federation.schema import FederationAny
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from services.chassis.exchange import Reckoning
from services.chassis.graph import metadata
from services.chassis.graph.auditing import audit_fields
from services.chassis.graph.backfill import sources_of
from services.chassis.graph.declare import Info
from services.chassis.graph.jobs import Jobs, mutation_fields, query_fields, record_types
from services.chassis.graph.making import BEHAVIOUR, Part, made_field
from services.chassis.graph.plan import Shapes, planned
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape, bound_stub, shape_of
from services.chassis.graph.spine import (
    Spine,
    dead_letter_type,
    mending_fields,
    standing_fields,
)
from services.chassis.graph.sweeping import deeds_by_filter
from services.chassis.graph.transfers import deeds_of, listings_of, upserts_of
from services.chassis.graph.types import STUBS, USER_ERRORS
from services.chassis.graph.viewing import VIEWER, viewing
from services.chassis.jobs import JobKind
from services.chassis.refusals import Forbidden, Invalid, LimitExceeded
from services.chassis.runner import Begin

FEDERATION_VERSION: Literal["2.9"] = "2.9"
MAX_ENTITIES = 500


class Subgraph(strawberry.federation.Schema):
    """The schema of one service; `records` are the types that `_entities` answers for.

    `jobs` adds files, imports and exports of all that can be, and what is done to many; `spine`
    how events fare, those that did not get through, and the audit log. One of the records may be
    the viewer, whoever asks.
    """

    def __init__(
        self,
        query: type,
        mutation: type,
        records: Iterable[type],
        *,
        subscription: type | None = None,
        jobs: Jobs | None = None,
        spine: Spine | None = None,
    ) -> None:
        records = list(records)
        self.viewer = next((it for it in records if it.__name__ == VIEWER), None)
        records = [it for it in records if it is not self.viewer]
        self.jobs = jobs
        self.upserts, self.listings = list(upserts_of(mutation)), list(listings_of(query))
        self.bulks = deeds_by_filter(mutation)
        self.types: dict[str, Any] = {}
        if jobs is not None:
            kinds = record_types(jobs)
            records += kinds
            query = _with(query, query_fields(jobs, *kinds))
            known = self.upserts, self.listings, self.bulks, self.types
            mutation = _with(mutation, mutation_fields(jobs, kinds, *known))
        if spine is not None:
            self.backfills = sources_of(spine.told, records)
            letter = dead_letter_type(spine)
            records.append(letter)
            query = _with(query, standing_fields(spine, letter, self.backfills))
            query = _with(query, audit_fields(spine.service, spine.audit))
            mutation = _with(mutation, mending_fields(spine, letter))
        self.shapes: Shapes = _shapes(records)
        super().__init__(
            query=self._federated(query),
            mutation=mutation,
            subscription=subscription,
            types=[*records, *([self.viewer] if self.viewer else []), *USER_ERRORS],
            federation_version=FEDERATION_VERSION,
            config=StrawberryConfig(auto_camel_case=True),
        )
        self.types |= self._schema.type_map
        for it in self.types.values():
            if isinstance(it, GraphQLObjectType):
                _put_behaviours(it)

    def deeds(self, reckoning: Reckoning) -> Mapping[JobKind, Begin]:
        """Say how each kind of job is begun; there is none where the schema offers no jobs."""
        if self.jobs is None:
            return {}
        known = self.types, self.upserts, self.listings, list(self.bulks.values())
        return deeds_of(*known, self.jobs.export, reckoning)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """Let the kit's stubs be this service's own records of them, where it keeps them."""
        return [self._own(it) for it in super().get_fields(type_definition)]

    def _own(self, field: StrawberryField) -> StrawberryField:
        said = field.type_annotation.annotation if field.type_annotation else None
        for stub in STUBS:
            own = self.shapes[stub.__name__].cls
            if own is not stub and said == stub | None:
                return StrawberryField(
                    python_name=field.python_name,
                    type_annotation=StrawberryAnnotation(own | None),
                    description=field.description,
                )
        return field

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave errors to the answer, which masks faults and logs them; refusals are no faults."""

    def _federated(self, query: type) -> type:
        """Add what a federated subgraph answers: its SDL, and its entities in batches."""
        kinds = {it.name: it.cls for it in self.shapes.values()}
        if self.viewer is not None:
            kinds[VIEWER] = self.viewer
        entities = tuple(StrawberryAnnotation(kinds[it]) for it in sorted(kinds))
        union = StrawberryUnion("_Entity", type_annotations=entities)
        given = Part("representations", list[FederationAny], "The keys of the records.")
        fields = {
            "_entities": made_field(
                list[union | None],  # type: ignore[valid-type]  # made here
                "Records by their keys, for a gateway.",
                [given],
                Entities(self.shapes, self.viewer),
                name="_entities",
            ),
            "_service": made_field(
                _Service, "This subgraph, for a gateway.", [], self._sdl, name="_service"
            ),
        }
        service = service_of(self.shapes)
        fields[f"{service}_record_types"] = metadata.record_types(service, self.shapes)
        return _with(query, fields)

    def _sdl(self, _source: Any, _info: Info) -> "_Service":
        return _Service(sdl=print_schema(self))


@strawberry.type(name="_Service", description="A subgraph.")
class _Service:
    sdl: str = strawberry.field(description="Its schema, with the federation's directives.")


@dataclass(frozen=True)
class Entities:
    """Answers entity references, one statement for each type; what may not be seen is null."""

    shapes: Shapes
    viewer: type | None = None

    async def __call__(
        self, _source: Any, info: Info, representations: Sequence[Mapping[str, Any]]
    ) -> list[Any]:
        if len(representations) > MAX_ENTITIES:
            raise LimitExceeded(f"at most {MAX_ENTITIES} representations at once")
        if not all(map(_is_key, representations)):
            raise Invalid("a representation holds `__typename` and `id`, both texts")
        asked = selected_by(info)
        found = {
            name: await self._of_type(info.context, asked, name, representations)
            for name in {it["__typename"] for it in representations}
        }
        return [found[it["__typename"]].get(it["id"]) for it in representations]

    async def _of_type(
        self, request: Request, asked: Selected, name: str, given: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        if name == VIEWER and self.viewer is not None:
            return {request.actor.id: viewing(self.viewer, request.actor)}
        shape = self.shapes.get(name)
        if shape is None:
            return {}
        ids = dict.fromkeys(it["id"] for it in given if it["__typename"] == name)
        plan = planned(self.shapes, shape, asked.selections(name))
        try:
            async with request.reader() as reader:
                return await reader.by_ids(plan, list(ids))
        except Forbidden:
            return {}


def _with(root: type, fields: Mapping[str, Any]) -> type:
    """Add fields to a root type."""
    return strawberry.type(type(root.__name__, (root,), dict(fields)))


def service_of(shapes: Shapes) -> str:
    """Name the service whose tables these records have; each has the chassis' too."""
    named = {it.entity.__module__.split(".")[1] for it in shapes.values() if it.reading}
    (service,) = named - {"chassis"}
    return str(service)


def _is_key(given: Any) -> bool:
    return isinstance(given, Mapping) and all(
        isinstance(given.get(it), str) for it in ("__typename", "id")
    )


def _shapes(records: Iterable[type]) -> Shapes:
    """Give the record types by name; one that is no record here is a stub of its key."""
    shapes: dict[str, Shape] = {it.__name__: bound_stub(it) for it in STUBS}
    return shapes | {shape_of(it).name: shape_of(it) for it in records}


def _put_behaviours(type: GraphQLObjectType) -> None:
    """Resolve our own fields by their behaviour, with arguments as the schema reads them."""
    for field in type.fields.values():
        definition = (field.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        behaviour = (getattr(definition, "metadata", None) or {}).get(BEHAVIOUR)
        if behaviour is not None:
            field.resolve = behaviour
