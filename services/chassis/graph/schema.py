"""A service's subgraph: Strawberry's federation schema, with our own reading behind it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.info import Info

from services.chassis.graph.making import BEHAVIOUR
from services.chassis.graph.plan import Shapes, planned
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape, bound_stub, shape_of
from services.chassis.graph.types import RefusedError, StaffUser
from services.chassis.refusals import Forbidden, LimitExceeded

FEDERATION_VERSION: Literal["2.9"] = "2.9"
MAX_ENTITIES = 500


class Subgraph(strawberry.federation.Schema):
    """The schema of one service; `records` are the types that `_entities` answers for."""

    def __init__(self, query: type, mutation: type, records: Iterable[type]) -> None:
        records = list(records)
        self.shapes: Shapes = _shapes(records)
        own_staff = self.shapes["StaffUser"].cls
        self.replaced = {StaffUser: own_staff}
        super().__init__(
            query=query,
            mutation=mutation,
            types=[*records, RefusedError],
            federation_version=FEDERATION_VERSION,
            config=StrawberryConfig(auto_camel_case=True),
        )
        for type in self._schema.type_map.values():
            if isinstance(type, GraphQLObjectType):
                _put_behaviours(type)

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave errors to the answer, which masks faults and logs them; refusals are no faults."""

    async def entities_resolver(  # type: ignore[override]  # in batches; the base goes one by one
        self, info: Info, representations: list[FederationAny]
    ) -> list[Any]:
        """Answer entity references, one statement for each type; what may not be seen is null."""
        given: list[Mapping[str, Any]] = representations  # type: ignore[assignment]  # `_Any`
        if len(given) > MAX_ENTITIES:
            raise LimitExceeded(f"at most {MAX_ENTITIES} representations at once")
        asked = selected_by(info._raw_info)  # noqa: SLF001  # the AST, as the executor has it
        found = {
            name: await self._entities(info.context, asked, name, given)
            for name in {it["__typename"] for it in given}
        }
        return [found[it["__typename"]].get(it["id"]) for it in given]

    async def _entities(
        self, request: Request, asked: Selected, name: str, given: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        ids = [it["id"] for it in given if it["__typename"] == name]
        shape = self.shapes.get(name)
        if shape is None:
            return {}
        plan = planned(self.shapes, shape, asked.selections(name))
        try:
            async with request.reader() as reader:
                return await reader.by_ids(plan, list(dict.fromkeys(ids)))
        except Forbidden:
            return {}


def _shapes(records: Iterable[type]) -> Shapes:
    """Give the record types by name; one who is no record here is a stub of its key."""
    shapes: dict[str, Shape] = {"StaffUser": bound_stub(StaffUser)}
    shapes |= {shape_of(it).name: shape_of(it) for it in records}
    return shapes


def _put_behaviours(type: GraphQLObjectType) -> None:
    """Resolve our own fields by their behaviour, with arguments as the schema reads them."""
    for field in type.fields.values():
        definition = (field.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        behaviour: Callable[..., Any] | None = (getattr(definition, "metadata", None) or {}).get(
            BEHAVIOUR
        )
        if behaviour is not None:
            field.resolve = behaviour
