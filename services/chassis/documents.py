"""GraphQL documents: how many mutations one holds, which both the gateway and services limit."""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

MAX_MUTATIONS = 10
"""How many a document may hold; each is done in order, in a transaction of its own."""
KEY_OF_MANY = "the header Idempotency-Key stands for one mutation: give each a key of its own"


def mutations_of(document: DocumentNode, operation: str | None = None) -> int:
    """Count the mutation fields of an operation, or of the largest one where none is named."""
    fragments = {
        it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)
    }
    return max(
        (
            len(set(_keys(it.selection_set, fragments, set())))
            for it in document.definitions
            if isinstance(it, OperationDefinitionNode)
            and it.operation is OperationType.MUTATION
            and (operation is None or (it.name and it.name.value == operation))
        ),
        default=0,
    )


def _keys(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """Give the keys of the answer; a fragment that holds itself is for validation to refuse."""
    for it in selections.selections:
        if isinstance(it, FieldNode):
            yield (it.alias or it.name).value
        elif isinstance(it, InlineFragmentNode):
            yield from _keys(it.selection_set, fragments, seen)
        elif isinstance(it, FragmentSpreadNode) and it.name.value not in seen:
            found = fragments.get(it.name.value)
            if found is not None:
                yield from _keys(found.selection_set, fragments, {*seen, it.name.value})
