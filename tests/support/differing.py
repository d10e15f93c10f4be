"""The stock executor and the compiled one, given the same operations and the same values."""

import random
from collections import Counter
from dataclasses import dataclass

import orjson
from graphql import (
    DocumentNode,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    execute,
    parse,
    validate,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.utils.await_maybe import await_maybe

from services.chassis.graph.compiled.executor import CompiledExecutor, Prepared
from services.customers.schema import schema as customers
from services.sales.schema import schema as sales
from services.service_desk.schema import schema as service_desk
from tests.support.operations import CONDITIONS, Document, Values, with_own_resolvers

RATES = (0, 0.01, 0.1)
VARIANTS = 2


@dataclass
class Asked:
    """One operation, with conditions and values that a seed repeats."""

    core: GraphQLSchema
    document: DocumentNode
    seed: int
    rate: float

    async def by(self, variables, **executor):
        values = Values(random.Random(self.seed), self.rate)
        for root in filter(None, (self.core.query_type, self.core.mutation_type)):
            for name, field in root.fields.items():
                if name != "_service":
                    field.resolve = values.resolve
        given = execute(
            self.core,
            self.document,
            variable_values=variables,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is no guard
            **executor,
        )
        return told(await await_maybe(given))


def told(result):
    """Write an answer as it would go out: the order of its keys and of its errors counts."""
    errors = [
        {
            "message": it.message,
            "path": it.path,
            "at": [[at.line, at.column] for at in it.locations or ()],
        }
        for it in result.errors or ()
    ]
    return orjson.dumps({"data": result.data, "errors": errors})


def schemas():
    """Make all three schemas, where a few fields have resolvers of their own."""
    made = [it()._schema for it in (customers, sales, service_desk)]
    for number, core in enumerate(made):
        with_own_resolvers(core, random.Random(number))
    return made


async def compare(seeds):
    """Ask both; fail at the first difference, and count what was seen.

    A document is valid as it is written, but for keys that may have been given twice.
    """
    cores = schemas()
    seen: Counter[str] = Counter()
    for seed in seeds:
        chance = random.Random(seed)
        core = cores[seed % len(cores)]
        text = Document(core, chance).text()
        document = parse(text)
        if validate(core, document, [OverlappingFieldsCanBeMergedRule]):
            seen["invalid"] += 1
            continue
        asked = Asked(core, document, seed, chance.choice(RATES))
        prepared = Prepared.of(document)
        for _ in range(VARIANTS):
            variables = {it: chance.random() < 0.5 for it in CONDITIONS}
            stock = await asked.by(variables)
            compiled = await asked.by(
                variables, executor_class=CompiledExecutor, prepared=prepared
            )
            assert compiled == stock, f"seed {seed}, {variables}: {text}"
            seen["failing" if orjson.loads(stock)["errors"] else "flawless"] += 1
        written = [it for each in prepared.variants.values() for it in each.values()]
        seen["written"] += sum(it is not None for it in written)
        seen["left to stock"] += sum(it is None for it in written)
        seen["operations"] += 1
    return seen
