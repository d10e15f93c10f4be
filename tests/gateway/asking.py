"""Makes up queries that a schema allows, by chance."""

from collections.abc import Mapping
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)

TRIES = 20


class Asker:
    """Makes up queries, `depth` deep; `arguments` are what fields are given, by `Type.field`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        chance: Random,
        arguments: Mapping[str, str | tuple[str, ...]] | None = None,
        *,
        depth: int = 3,
    ) -> None:
        self.schema = schema
        self.chance = chance
        self.arguments = arguments or {}
        self.depth = depth
        self.fragments: list[str] = []

    def query(self) -> tuple[str, DocumentNode]:
        """Give a valid query; aliases may clash by chance, and then another is made up."""
        for _ in range(TRIES):
            self.fragments = []
            text = self.document()
            document = parse(text)
            if not validate(self.schema, document):
                return text, document
        raise AssertionError(text)

    def document(self) -> str:
        body = self.selections(self.schema.query_type, self.depth)
        used = "q1: __typename @include(if: $yes) q2: __typename @skip(if: $no)"
        text = f"query ($yes: Boolean = true, $no: Boolean = false) {{ {used} {body[1:]}"
        return "\n".join([text, *self.fragments])

    def selections(self, type: Any, depth: int) -> str:
        fields = list(getattr(type, "fields", {}).items())
        chosen = self.chance.sample(fields, len(fields))[: self.chance.randrange(1, 5)]
        picked = [self.field(type, name, field, depth) for name, field in chosen]
        parts = [each for each in picked if each]
        if self.chance.random() < 0.3:
            parts.append("__typename")
        if is_abstract_type(type):
            parts += [self.on(each, depth) for each in self._narrower(type)]
        self.chance.shuffle(parts)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _narrower(self, type: Any) -> list[Any]:
        possible = set(self.schema.get_possible_types(type))
        found: list[Any] = sorted(possible, key=lambda each: each.name)
        others = [
            each
            for each in self.schema.type_map.values()
            if is_abstract_type(each)
            and each is not type
            and possible & set(self.schema.get_possible_types(each))
        ]
        found += [each for each in others if self.chance.random() < 0.2]
        return [each for each in found if self.chance.random() < 0.8]

    def on(self, type: Any, depth: int) -> str:
        if is_abstract_type(type) and depth < 1:
            return "__typename"
        inner = self.selections(type, depth - is_abstract_type(type))
        if self.chance.random() < 0.3:
            self.fragments.append(f"fragment F{len(self.fragments)} on {type.name} {inner}")
            return f"...F{len(self.fragments) - 1}"
        return f"... on {type.name}{self.condition()} {inner}"

    def field(self, type: Any, name: str, field: Any, depth: int) -> str:
        inner = get_named_type(field.type)
        if is_composite_type(inner) and depth == 0:
            return ""
        alias = f"{self.chance.choice('xyz')}_{name}: " if self.chance.random() < 0.2 else ""
        below = f" {self.selections(inner, depth - 1)}" if is_composite_type(inner) else ""
        given = self.arguments.get(f"{type.name}.{name}", "")
        given = given if isinstance(given, str) else self.chance.choice(given)
        return f"{alias}{name}{given}{self.condition()}{below}"

    def condition(self) -> str:
        if self.chance.random() < 0.9:
            return ""
        word, variable = self.chance.choice(["skip", "include"]), self.chance.choice(["yes", "no"])
        return f" @{word}(if: ${variable})"
