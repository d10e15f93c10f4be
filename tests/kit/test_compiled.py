"""The compiled executor answers as the stock one does, and takes less for it."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from graphql import is_leaf_type, parse
from graphql.execution import VariableValues

from services.chassis.graph.compiled.executor import MAX_VARIANTS, Prepared
from services.chassis.graph.compiled.leaves import leaf_of
from tests.support.differing import compare
from tests.toy.schema import schema

FIFTH = 100


@pytest.mark.filterwarnings(
    "ignore:coroutine:RuntimeWarning"
)  # graphql-core drops some after an error
@pytest.mark.parametrize("begin", range(0, 5 * FIFTH, FIFTH))
async def test_random_operations_are_answered_as_by_the_stock_executor(begin):
    seen = await compare(range(begin, begin + FIFTH))
    assert seen["operations"] > FIFTH * 0.9
    assert seen["written"] > seen["left to stock"] > 0
    assert seen["flawless"] > FIFTH / 4
    assert seen["failing"] > FIFTH / 4


async def test_a_document_is_compiled_once_for_each_way_that_its_conditions_go(harbour):
    await harbour.ship(name="Ann")
    document = "query($b: Boolean!) { ships { nodes { id name @include(if: $b) } } }"
    for wanted in (True, False, True):
        [ship] = (await harbour.ask(document, b=wanted))["ships"]["nodes"]
        assert ("name" in ship) is wanted
    prepared, _errors = harbour.answerer.checked(document)
    assert [[it is not None for it in each.values()] for each in prepared.variants.values()] == [
        [True],
        [True],
    ]


def test_a_document_keeps_no_more_variants_than_it_may():
    names = [f"b{it}" for it in range(10)]
    declared = ", ".join(f"${it}: Boolean!" for it in names)
    asked = " ".join(f"{it}: __typename @skip(if: ${it})" for it in names)
    prepared = Prepared.of(parse(f"query({declared}) {{ {asked} }}"))
    for number in range(2 * MAX_VARIANTS):
        prepared.completers(coerced({it: bool(number >> at & 1) for at, it in enumerate(names)}))
    assert len(prepared.variants) == MAX_VARIANTS


def coerced(values):
    return VariableValues({}, values)


@pytest.mark.parametrize("key", ["None", "o", "class_1", "_import"])
async def test_keys_of_a_client_are_never_code(harbour, key):
    await harbour.ship(name="Ann")
    data = await harbour.ask(f"{{ ships {{ nodes {{ {key}: name }} }} }}")
    assert data["ships"]["nodes"] == [{key: "Ann"}]


@pytest.mark.parametrize("year", [1, 999, 2026, 9999])
def test_orjson_writes_what_the_stock_scalars_would(year):
    """The compiled executor leaves days and moments of UTC to it, whatever their year."""
    moment = datetime(year, 2, 3, 4, 5, 6, 7, UTC)
    for value in (moment, moment.replace(microsecond=0), moment.date()):
        assert orjson.loads(orjson.dumps(value)) == value.isoformat()


def test_a_moment_of_another_zone_is_left_to_the_stock_scalar():
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2, seconds=1)))
    kind = schema._schema.type_map["DateTime"]
    assert is_leaf_type(kind)
    leaf = leaf_of(kind)
    assert eval(leaf.unusual.format(v="v"), {"v": moment, **dict(leaf.needs)})
    assert not eval(leaf.unusual.format(v="v"), {"v": moment.astimezone(UTC), **dict(leaf.needs)})
