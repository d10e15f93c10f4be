"""How many statements an operation takes does not depend on how many records it is about."""

from contextlib import AsyncExitStack

import pytest

from services.chassis.graph.read import Reader
from services.chassis.ids import new_id
from tests.contracts import rows
from tests.customers.office import Office
from tests.sales.company import Company
from tests.service_desk.desk import Desk
from tests.support.databases import connected

WORKPLACES = {it.service: it for it in (Office, Company, Desk)}
MANY = 100
LISTS = [
    (service, name)
    for service, kind in WORKPLACES.items()
    for name, _type in rows.lists_of(kind.answerer.schema._schema)
]
ENTITIES = [
    (service, name)
    for service, kind in WORKPLACES.items()
    for name in sorted(kind.answerer.schema.shapes)
]


@pytest.fixture(scope="module")
async def filled(customers_database, sales_database, desk_database):
    databases = {"customers": customers_database, "sales": sales_database}
    databases["service_desk"] = desk_database
    async with AsyncExitStack() as stack:
        made = {}
        for service, kind in WORKPLACES.items():
            engine = await stack.enter_async_context(connected(databases[service]))
            workplace = kind(engine, new_id("company"))
            await workplace.employ("ADMINISTRATOR")
            made[service] = workplace, await rows.fill(workplace, count=MANY)
        yield made


@pytest.mark.parametrize(("service", "name"), LISTS)
async def test_a_list_takes_as_many_statements_for_one_record_as_for_a_hundred(
    filled, service, name
):
    workplace, _ids = filled[service]
    type = dict(rows.lists_of(workplace.answerer.schema._schema))[name]
    asked = f"query($n: Int!) {{ {name}(first: $n) {{ nodes {{ {rows.selection(type)} }} }} }}"
    assert len((await workplace.ask(asked, n=MANY))[name]["nodes"]) >= MANY
    one, many = [await workplace.statements(asked, n=n) for n in (1, MANY)]
    assert one == many > 2


@pytest.mark.parametrize(("service", "name"), ENTITIES)
async def test_an_entity_takes_as_many_statements_for_one_key_as_for_a_hundred(
    filled, service, name
):
    workplace, ids = filled[service]
    type = workplace.answerer.schema._schema.type_map[name]
    asked = f"""query($r: [_Any!]!) {{ _entities(representations: $r) {{
        ... on {name} {{ {rows.selection(type)} }} }} }}"""
    known = ids.get(name) or [f"x_{n}" for n in range(MANY)]
    keys = [{"__typename": name, "id": it} for it in known]
    assert None not in (await workplace.ask(asked, r=keys))["_entities"]
    one, many = [await workplace.statements(asked, r=it) for it in (keys[:1], keys)]
    assert one == many > 0


async def test_a_relation_that_is_read_for_each_record_is_seen(filled, monkeypatch):
    together = Reader._follow_many

    async def one_by_one(self, plan, records):
        for it in records:
            await together(self, plan, [it])

    monkeypatch.setattr(Reader, "_follow_many", one_by_one)
    workplace, _ids = filled["sales"]
    asked = "query($n: Int!) { orders(first: $n) { nodes { lines { nodes { id } } } } }"
    one, many = [await workplace.statements(asked, n=n) for n in (1, MANY)]
    assert many == one + MANY - 1


async def test_each_record_that_a_service_keeps_is_among_what_was_asked(filled):
    for workplace, ids in filled.values():
        kept = {n for n, it in workplace.answerer.schema.shapes.items() if it.reading}
        assert ids.keys() == kept
        assert sorted({len(it) for it in ids.values()}) in ([MANY], [1, MANY])


async def test_the_documents_ask_for_relations_and_what_is_referred_to():
    schema = Company.answerer.schema._schema
    asked = rows.selection(schema.type_map["Order"])
    for part in ("lines(first: 2) { ", "customer { id", "externalRefs { ", "net { amount"):
        assert part in asked
