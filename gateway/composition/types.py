"""How the types that subgraphs give one field become one type, or do not."""

from collections.abc import Callable, Sequence

from graphql import ListTypeNode, NonNullTypeNode, TypeNode

from gateway.composition.model import named, nullable

IsSubtype = Callable[[str, str], bool]
"""Whether the first named type may stand where the second is promised."""


def least_strict(types: Sequence[TypeNode], is_subtype: IsSubtype) -> TypeNode | None:
    """Merge for output: nullable wins, a supertype wins; None where they do not fit."""
    merged = types[0]
    for each in types[1:]:
        found = _looser(merged, each, is_subtype)
        if found is None:
            return None
        merged = found
    return merged


def most_strict(types: Sequence[TypeNode]) -> TypeNode | None:
    """Merge for input: non-null wins; None where they do not fit."""
    merged = types[0]
    for each in types[1:]:
        found = _stricter(merged, each)
        if found is None:
            return None
        merged = found
    return merged


def _looser(one: TypeNode, other: TypeNode, is_subtype: IsSubtype) -> TypeNode | None:
    bare_one, bare_other = nullable(one), nullable(other)
    both_non_null = bare_one is not one and bare_other is not other
    inner: TypeNode | None = None
    if isinstance(bare_one, ListTypeNode) and isinstance(bare_other, ListTypeNode):
        item = _looser(bare_one.type, bare_other.type, is_subtype)
        inner = None if item is None else ListTypeNode(type=item)
    elif not isinstance(bare_one, ListTypeNode) and not isinstance(bare_other, ListTypeNode):
        inner = _supertype(bare_one, bare_other, is_subtype)
    return _non_null(inner, wanted=both_non_null)


def _supertype(one: TypeNode, other: TypeNode, is_subtype: IsSubtype) -> TypeNode | None:
    if named(one) == named(other) or is_subtype(named(other), named(one)):
        return one
    return other if is_subtype(named(one), named(other)) else None


def _stricter(one: TypeNode, other: TypeNode) -> TypeNode | None:
    bare_one, bare_other = nullable(one), nullable(other)
    any_non_null = bare_one is not one or bare_other is not other
    inner: TypeNode | None = None
    if isinstance(bare_one, ListTypeNode) and isinstance(bare_other, ListTypeNode):
        item = _stricter(bare_one.type, bare_other.type)
        inner = None if item is None else ListTypeNode(type=item)
    elif not isinstance(bare_one, ListTypeNode) and not isinstance(bare_other, ListTypeNode):
        inner = bare_one if named(bare_one) == named(bare_other) else None
    return _non_null(inner, wanted=any_non_null)


def _non_null(type: TypeNode | None, *, wanted: bool) -> TypeNode | None:
    if type is None or not wanted:
        return type
    return NonNullTypeNode(type=type)  # type: ignore[arg-type]  # only bare types come here
