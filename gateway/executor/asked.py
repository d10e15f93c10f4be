"""What an operation asks of the objects of one type: each key once, with all beneath it."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
    is_enum_type,
)

from gateway.planner.operation import Field, Fragment, Selections

FieldsType = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class Asked:
    """Reads selections by the schema that clients see."""

    schema: GraphQLSchema
    full: GraphQLSchema

    def of(self, type: FieldsType, selections: Selections) -> Iterator[tuple[Field, Selections]]:
        """Give the field of each key, in the order of asking, and all that is asked beneath it."""
        found: dict[str, list[Field]] = {}
        self._gather(type, selections, found)
        for fields in found.values():
            first = fields[0]
            if len(fields) == 1:
                yield first, first.selections
            else:
                yield first, tuple(each for field in fields for each in field.selections)

    def values(self, enum: str) -> frozenset[str]:
        """Give all values of an enum, those too that clients do not see."""
        found = self.full.type_map[enum]
        return frozenset(found.values) if is_enum_type(found) else frozenset()

    def _gather(
        self, type: FieldsType, selections: Selections, found: dict[str, list[Field]]
    ) -> None:
        for each in selections:
            if isinstance(each, Field):
                found.setdefault(each.key, []).append(each)
            elif self._is(type, each):
                self._gather(type, each.selections, found)

    def _is(self, type: FieldsType, fragment: Fragment) -> bool:
        condition = self.schema.type_map[fragment.type]
        if condition is type:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, type)
