"""One graph and all that is remembered of it, swapped as a whole when a new one comes."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, OperationType

from gateway.caching import SingleFlight
from gateway.errors import RequestRefused
from gateway.executor import IsAnswer, Projection, Step
from gateway.planner import Operation, Plan
from gateway.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class Document:
    """A document that parses and is valid."""

    node: DocumentNode
    conditions: tuple[str, ...]
    """The variables that decide what of it is asked for."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything about an operation that does not change from request to request."""

    schema: GraphQLSchema
    document: DocumentNode
    node: OperationDefinitionNode
    operation: Operation
    plan: Plan
    steps: Sequence[Step]
    is_answer: IsAnswer | None
    """Of a plan of one fetch: whether its data are the answer as they are."""
    projection: Projection

    @property
    def goes_on(self) -> bool:
        """Whether it is a subscription, which has an answer for each event."""
        return self.node.operation is OperationType.SUBSCRIPTION


PlanKey = tuple[str, str | None, tuple[tuple[str, bool], ...], frozenset[str]]
"""Document, operation name, the values of its condition variables, the active labels."""


class Graph:
    """A request takes one at its beginning and keeps it, whatever is swapped in meanwhile."""

    def __init__(self, supergraph: Supergraph, kept_characters: int) -> None:
        self.supergraph = supergraph
        self.documents = SingleFlight[str, Document](kept_characters, len, RequestRefused)
        self.plans = SingleFlight[PlanKey, Prepared](kept_characters, lambda key: len(key[0]))
