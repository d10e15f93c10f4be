"""The executor: root fields as ever, their values by written functions, the unusual by stock."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLOutputType,
    GraphQLResolveInfo,
    Undefined,
    Visitor,
    get_named_type,
    is_leaf_type,
    visit,
)
from graphql.execution import Executor, VariableValues
from graphql.execution.collect_fields import FieldDetailsList
from graphql.language import DirectiveNode, VariableNode
from graphql.pyutils import Path

from services.chassis.graph.compiled.writing import Completer, written

MAX_VARIANTS = 8
"""For how many values of its conditions a document keeps functions."""
Completers = dict[tuple[Any, ...], Completer | None]


@dataclass
class Prepared:
    """A document that was found valid, and what was written for it so far.

    `conditions` are the variables that decide what is asked: those of @skip and @include.
    """

    document: DocumentNode
    conditions: tuple[str, ...]
    variants: dict[tuple[Any, ...], Completers] = field(default_factory=dict)

    @staticmethod
    def of(document: DocumentNode) -> "Prepared":
        found = _Conditions()
        visit(document, found)
        return Prepared(document, tuple(sorted(found.names)))

    def completers(self, variables: VariableValues) -> Completers | None:
        """Give the functions for these values of the conditions; None if there are too many."""
        key = tuple(variables.coerced.get(it, Undefined) for it in self.conditions)
        if key not in self.variants:
            if len(self.variants) >= MAX_VARIANTS:
                return None
            self.variants[key] = {}
        return self.variants[key]


class CompiledExecutor(Executor[Any]):
    """Completes the values of composite types by functions written for the selection."""

    def __init__(self, *arguments: Any, prepared: Prepared, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.completers = prepared.completers(self.variable_values)

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        completer = self._completer(return_type, field_details_list)
        if completer is not None:
            try:
                return completer(result)
            except Exception:  # noqa: BLE001, S110  # the stock executor finds it too, and says what and where
                pass
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _completer(self, kind: GraphQLOutputType, asked: FieldDetailsList) -> Completer | None:
        """Find the function for a type and a selection, or write it; a leaf needs none."""
        if self.completers is None or is_leaf_type(get_named_type(kind)):
            return None
        key = (kind, *(id(it.node) for it in asked))
        if key not in self.completers:
            self.completers[key] = written(self, kind, asked)
        return self.completers[key]


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_path: Any) -> None:
        self.names |= {
            it.value.name.value
            for it in node.arguments or ()
            if isinstance(it.value, VariableNode)
        }
