"""Random operations on a schema, and random values for what they ask, some of them wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from services.chassis.graph.selection import Selected, selected_by

CONDITIONS = ("b0", "b1", "b2")
LITERALS = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "Decimal": '"1.5"',
    "Date": '"2026-02-03"',
    "DateTime": '"2026-02-03T04:05:06Z"',
}


class Document:
    """Writes one valid operation, as a seeded chance has it."""

    def __init__(self, core, chance):
        self.core = core
        self.chance = chance
        self.fragments = []

    def text(self):
        kind, root = self.chance.choice(
            [("query", self.core.query_type)] * 3 + [("mutation", self.core.mutation_type)]
        )
        names = [it for it in root.fields if it != "_service"]
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, 3)))
        asked = " ".join(self.field(root, it, self.chance.randint(1, 4)) for it in chosen)
        declared = ", ".join(f"${it}: Boolean!" for it in CONDITIONS)
        used = " ".join(f"c{it}: __typename @skip(if: ${it})" for it in CONDITIONS)
        return f"{kind}({declared}) {{ {used} {asked} }} {' '.join(self.fragments)}"

    def selection(self, kind, depth):
        parts = [self.part(kind, depth) for _ in range(self.chance.randint(1, 4))]
        return f"{{ __typename {' '.join(parts)} }}" if not any(parts) else self.braced(parts)

    def braced(self, parts):
        return f"{{ {' '.join(it for it in parts if it)} }}"

    def part(self, kind, depth):
        """Write a field, a fragment of either sort, or `__typename`."""
        turn = self.chance.random()
        if turn < 0.05:
            return f"__typename {self.condition()}"
        if turn < 0.2 or (is_abstract_type(kind) and turn < 0.6) or not hasattr(kind, "fields"):
            return self.fragment(kind, depth)
        return self.field(kind, self.chance.choice([*kind.fields]), depth)

    def field(self, kind, name, depth):
        field = kind.fields[name]
        inner = get_named_type(field.type)
        if not is_leaf_type(inner) and depth <= 0:
            return "__typename"
        alias = self.chance.choice(["", "", f"{name}_a: ", f"{name}_b: "])
        below = "" if is_leaf_type(inner) else self.selection(inner, depth - 1)
        required = {k: it for k, it in field.args.items() if is_required_argument(it)}
        given = ", ".join(f"{k}: {self.literal(it.type)}" for k, it in required.items())
        arguments = f"({given})" if given else ""
        return f"{alias}{name}{arguments} {self.condition()} {below}"

    def fragment(self, kind, depth):
        on = kind
        if is_abstract_type(kind):
            on = self.chance.choice([*self.core.get_possible_types(kind)])
        elif kind.interfaces and self.chance.random() < 0.3:
            on = self.chance.choice(kind.interfaces)
        below = self.selection(on, depth)
        if self.chance.random() < 0.5:
            typed = f"on {on.name}" if on is not kind or self.chance.random() < 0.5 else ""
            return f"... {typed} {self.condition()} {below}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {on.name} {below}")
        return f"...{name} {self.condition()}"

    def condition(self):
        if self.chance.random() < 0.85:
            return ""
        value = self.chance.choice([*(f"${it}" for it in CONDITIONS), "true", "false"])
        return f"@{self.chance.choice(['skip', 'include'])}(if: {value})"

    def literal(self, kind):
        if isinstance(kind, GraphQLNonNull):
            return self.literal(kind.of_type)
        if isinstance(kind, GraphQLList):
            return f"[{self.literal(kind.of_type)}]"
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice([*kind.values])
        if isinstance(kind, GraphQLInputObjectType):
            required = {k: it for k, it in kind.fields.items() if is_required_input_field(it)}
            return (
                f"{{ {', '.join(f'{k}: {self.literal(it.type)}' for k, it in required.items())} }}"
            )
        if kind.name == "_Any":
            return '{ __typename: "Customer", id: "cus_1" }'
        return LITERALS.get(kind.name, '"x"')


class Later:
    """Something to wait for, which brings a value or an error."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return "something later"

    def __await__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value
        yield


class Once:
    """Something to go through that is no list."""

    def __init__(self, value):
        self.value = value

    def __iter__(self):
        yield self.value

    def __repr__(self):
        return "something once"


class Failing(list[int]):
    """A list that breaks off."""

    def __iter__(self):
        yield from super().__iter__()
        raise OSError("no more of it")


class Thing:
    """Something that no field can be."""

    def __repr__(self):
        return "a thing"


class Text(str):
    """A string of a class of its own."""

    __slots__ = ()


class Values:
    """Makes what resolvers return; one of so many is wrong, `rate` says how many."""

    def __init__(self, chance, rate):
        self.chance = chance
        self.rate = rate

    async def resolve(self, _source, info, **_arguments):
        if self.chance.random() < self.rate:
            raise ValueError("it cannot be had")
        asked = selected_by(info)
        return self.value(asked.definition.type, asked)

    def value(self, kind, asked):
        """Make a value of a type, with what is asked of it."""
        if self.chance.random() < self.rate:
            return self.wrong(kind, asked)
        return self.right(kind, asked)

    def right(self, kind, asked):
        if isinstance(kind, GraphQLNonNull):
            return self.full(kind.of_type, asked)
        return None if self.chance.random() < 0.15 else self.full(kind, asked)

    def wrong(self, kind, asked):
        return self.chance.choice(
            [
                lambda: None,
                lambda: ValueError("what was read is an error"),
                lambda: Later(self.right(kind, asked)),
                lambda: Later(ValueError("what came late is an error")),
                lambda: [self.right(kind, asked)],
                lambda: tuple(self.right(kind, asked) for _ in range(2)),
                lambda: Once(self.right(kind, asked)),
                lambda: Failing([1]),
                lambda: {"id": 1},
                Thing,
                lambda: 2**40,
                lambda: 3,
                lambda: 2.5,
                lambda: True,
                lambda: Text("a text"),
                lambda: date(2026, 2, 3),
                lambda: datetime(2026, 2, 3, 4, 5),  # noqa: DTZ001  # of no zone, on purpose
                lambda: datetime(2026, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
                lambda: Decimal("2.50"),
            ]
        )()

    def full(self, kind, asked):
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, asked) for _ in range(self.chance.randint(0, 3))]
        if is_leaf_type(kind):
            return self.leaf(kind)
        if is_abstract_type(kind):
            kind = self.chance.choice([*asked.document.schema.get_possible_types(kind)])
        return self.object(kind, asked)

    def object(self, kind, asked):
        """Make an object whose attributes are those that the selection reads."""
        cls = definition_of(kind).origin
        if self.chance.random() < self.rate:
            cls = type(cls.__name__, (cls,), {})
        made = object.__new__(cls)
        for name, of_name in attributes(asked.selections(kind.name)).items():
            if self.chance.random() >= self.rate / 4:
                made.__dict__[name] = self.value(of_name.definition.type, of_name)
        return made

    def leaf(self, kind):
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice([*definition_of(kind).wrapped_cls])
        return {
            "Int": lambda: self.chance.randint(-5, 2**31 - 1),
            "Float": lambda: self.chance.choice([0.5, 2, 1e300]),
            "Boolean": lambda: self.chance.random() < 0.5,
            "Decimal": lambda: Decimal(self.chance.choice(["0", "1.50", "-1E+3", "0.0000001"])),
            "Date": lambda: date(2026, 2, self.chance.randint(1, 28)),
            "DateTime": self.moment,
        }.get(kind.name, lambda: self.chance.choice(["", "a", "naïve", '"quoted"\n']))()

    def moment(self):
        micro = self.chance.choice([0, 5, 120_000])
        return datetime(2026, 2, 3, 4, 5, 6, micro, UTC) - timedelta(
            days=self.chance.randint(0, 9)
        )


def attributes(asked):
    """Give, for each attribute that a selection reads, all that is asked of it."""
    found: dict[str, Selected] = {}
    for it in asked:
        kept_under = getattr(it.definition.resolve, "kept_under", None)
        name = kept_under(it.key) if kept_under else definition_of(it.definition).python_name
        nodes = [*(found[name].nodes if name in found else ()), *it.nodes]
        found[name] = replace(it, nodes=nodes)
    return found


def definition_of(made):
    return made.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def with_own_resolvers(core, chance):
    """Give some fields, besides the root's, resolvers of their own, plain ones and async ones."""
    roots = {core.query_type, core.mutation_type}
    for kind in core.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind in roots or kind.name[:2] == "__":
            continue
        for field in kind.fields.values():
            if not hasattr(field.resolve, "kept_under") and chance.random() < 0.02:
                field.resolve = own(definition_of(field).python_name, chance.random() < 0.5)


def own(name, is_async):
    def resolve(source, _info, **_arguments):
        found = getattr(source, name)
        if isinstance(found, str) and found == "a":
            raise LookupError("this resolver fails")
        return found

    def resolve_later(source, info, **arguments):
        try:
            return Later(resolve(source, info, **arguments))
        except LookupError as error:
            return Later(error)

    return resolve_later if is_async else resolve
