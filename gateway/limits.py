"""What a document may hold: its tokens, before it is parsed, and its fields, before it is run.

Fragments count where they are spread: a short document can stand for a large one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Source,
    TokenKind,
)

from gateway.errors import Code, RequestRefused, bad_request

OPENING = {TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L}
CLOSING = {TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R}
MAX_NESTING = 120
"""Of brackets of any kind: what the parser, which calls itself for each, can do."""
MAX_CHAIN = 50
"""Of fragments that spread fragments, for the same reason."""
ENOUGH = 1_000_000
"""Counts go no further: a fragment of fragments doubles each time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator says of a document."""

    max_tokens: int
    max_depth: int
    max_aliases: int
    max_root_fields: int
    max_directives: int


@dataclass(frozen=True, slots=True)
class Size:
    """How large a selection is, with fragments unfolded."""

    depth: int = 0
    fields: int = 0
    """Of its first level."""
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            min(ENOUGH, self.fields + other.fields),
            min(ENOUGH, self.aliases + other.aliases),
            min(ENOUGH, self.directives + other.directives),
        )


def check_tokens(query: str, limits: Limits) -> None:
    """Refuse a document that is too long or too nested, before any of it is built."""
    lexer, count, nesting = Lexer(Source(query)), 0, 0
    try:
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            count += 1
            nesting += (token.kind in OPENING) - (token.kind in CLOSING)
            if count > limits.max_tokens:
                raise _too_much("tokens", limits.max_tokens)
            if nesting > MAX_NESTING:
                raise _too_much("brackets within each other", MAX_NESTING)
    except GraphQLSyntaxError as error:
        raise bad_request([error]) from error


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document of which any operation is too deep or too broad."""
    measuring = _Measuring(document)
    for node in document.definitions:
        if not isinstance(node, OperationDefinitionNode):
            continue
        size = measuring.operation(node)
        for found, most, what in (
            (size.depth, limits.max_depth, "levels of fields"),
            (size.fields, limits.max_root_fields, "fields at its root"),
            (size.aliases, limits.max_aliases, "aliases"),
            (size.directives, limits.max_directives, "directives"),
        ):
            if found > most:
                raise _too_much(what, most)


class _Measuring:
    def __init__(self, document: DocumentNode) -> None:
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            it.name.value: it
            for it in document.definitions
            if isinstance(it, FragmentDefinitionNode)
        }
        self.measured: dict[str, Size] = {}
        self.chain = 0

    def operation(self, node: OperationDefinitionNode) -> Size:
        return self._of(node.selection_set).beside(_directives(node.directives))

    def _of(self, selections: SelectionSetNode) -> Size:
        size = Size()
        for node in selections.selections:
            size = size.beside(self._one(node)).beside(_directives(node.directives))
        return size

    def _one(self, node: SelectionNode) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node)
        if isinstance(node, InlineFragmentNode):
            return self._of(node.selection_set)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        return Size()

    def _field(self, node: FieldNode) -> Size:
        """Measure a field; introspection, which nests by nature, is one level deep."""
        below = self._of(node.selection_set) if node.selection_set else Size()
        deep = 0 if node.name.value.startswith("__") else below.depth
        own = 1 if node.alias is not None else 0
        return Size(1 + deep, 1, min(ENOUGH, own + below.aliases), below.directives)

    def _fragment(self, name: str) -> Size:
        """Measure a fragment once; one that holds itself is for validation to refuse."""
        if name not in self.measured:
            self.measured[name] = Size()
            if name in self.fragments:
                self.chain += 1
                if self.chain > MAX_CHAIN:
                    raise _too_much("fragments within each other", MAX_CHAIN)
                self.measured[name] = self._of(self.fragments[name].selection_set)
                self.chain -= 1
        return self.measured[name]


def _directives(nodes: Iterable[DirectiveNode] | None) -> Size:
    return Size(directives=len(tuple(nodes or ())))


def _too_much(what: str, most: int) -> RequestRefused:
    return RequestRefused(Code.LIMIT_EXCEEDED, f"a document has at most {most} {what}")
