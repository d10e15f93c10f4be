"""What takes the database too long is ended, and the client is told so and no more."""

import pytest
from sqlalchemy import event, text

from services.chassis.database import BIND_TENANT
from services.chassis.ids import new_id
from tests.kit.harbour import Harbour
from tests.support.databases import connected


@pytest.fixture
async def hurried(toy):
    """A harbour whose database answers within a moment, or not at all; with much in it."""
    async with connected(toy) as engine:

        @event.listens_for(engine.sync_engine, "begin")
        def be_quick(connection):
            connection.exec_driver_sql("SET LOCAL statement_timeout = '30ms'")

        yield Harbour(engine, new_id("company"))


async def test_a_statement_that_takes_too_long_is_ended_and_said_to_be(toy, hurried):
    async with connected(toy) as unhurried:
        slow = Harbour(unhurried, hurried.tenant)
        await slow.ship()
        await _multiplied(slow, 100_000)
        document = """{
          groups: shipGroups(groupBy: {field: NAME}) {
            nodes { measures { name { countDistinct } } }
          }
        }"""
        assert (await slow.ask(document))["groups"]["nodes"]
        holds = " ".join(f'{{name: {{contains: "z{n}"}}}}' for n in range(40))
        listed = f"{{ list: ships(where: {{or: [{holds}]}}) {{ nodes {{ id }} }} }}"
        assert (await slow.ask(listed))["list"]["nodes"] == []
    for asked, name in ((document, "groups"), (listed, "list")):
        answer = await hurried.answer(asked)
        assert answer["data"][name] is None
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
        assert error["message"] == "this took too long: ask for less at once"
        assert error["path"] == [name]


async def _multiplied(harbour, times):
    """Register the one ship so many times more, each under a name of its own."""
    async with harbour.engine.begin() as connection:
        await connection.execute(BIND_TENANT, {"tenant": harbour.tenant})
        await connection.execute(text("SET LOCAL statement_timeout = '120s'"))
        columns = (await connection.execute(text("SELECT * FROM ship LIMIT 0"))).keys()
        others = {"id": "id || n", "name": "md5(n::text)"}
        values = ", ".join(others.get(it, it) for it in columns)
        await connection.execute(
            text(f"INSERT INTO ship SELECT {values} FROM ship, generate_series(1, {times}) n")
        )
