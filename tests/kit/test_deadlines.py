"""What takes the database too long is ended, and the client is told so and no more."""

import pytest
from sqlalchemy import event, text

from services.chassis.ids import new_id
from tests.kit.harbour import Harbour
from tests.support.databases import connected

ASKED = {
    "groups": "{ groups: shipGroups(groupBy: {field: NAME}) { nodes { count } } }",
    "list": "{ list: ships { nodes { id } } }",
}


@pytest.fixture
async def hurried(toy):
    """A harbour whose database answers within a moment, or not at all."""
    async with connected(toy) as engine:

        @event.listens_for(engine.sync_engine, "connect")
        def be_quick(connection, _record):
            connection.run_async(lambda it: it.execute("SET statement_timeout = '100ms'"))

        yield Harbour(engine, new_id("company"))


@pytest.mark.parametrize("name", ASKED)
async def test_a_statement_that_takes_too_long_is_ended_and_said_to_be(toy, hurried, name):
    async with connected(toy) as unhurried:
        slow = Harbour(unhurried, hurried.tenant)
        await slow.ship()
        assert (await slow.ask(ASKED[name]))[name]["nodes"]
        async with unhurried.begin() as holding:
            await holding.execute(text("LOCK TABLE ship"))  # whoever reads it now, waits
            answer = await hurried.answer(ASKED[name])
    assert answer["data"] == {name: None}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert error["message"] == "this took too long: ask for less at once"
    assert error["path"] == [name]
