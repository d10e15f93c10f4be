"""The same event by each way: by NATS, by `eventsSince`, and by a subscription of the graph."""

import asyncio
import contextlib

import orjson
import pytest

from services.chassis.ids import new_id
from services.chassis.subscribing import MAX_OF_ONE
from tests.support.waiting import until
from tests.system import deeds, outside
from tests.system.listening import subscribed
from tests.system.system import PASSWORD

FEED = """query($after: String, $first: Int! = 100) { eventsSince(after: $after, first: $first) {
    nodes { id type subject sequence body cursor } endCursor latestCursor gap hasMore } }"""
LIVE = """subscription($after: String, $aggregates: [String!]) {
    events(after: $after, aggregates: $aggregates) {
        event { id type subject sequence body cursor } gap cursor } }"""


async def since(company, after=None, **given):
    given |= {"after": after} if after else {}
    return (await company.ask(FEED, **given))["eventsSince"]


async def all_since(company, after=None):
    found = []
    while True:
        feed = await since(company, after)
        assert feed["gap"] is False
        found += feed["nodes"]
        after = feed["endCursor"]
        if not feed["hasMore"]:
            return found


def live(company, token=None, **given):
    return subscribed(company.system.graph_url, token or company.token, LIVE, **given)


@pytest.mark.feature("PLT-06")
async def test_the_same_event_has_the_same_id_and_body_by_each_way(system, company, rival):
    start = (await since(company, first=1))["endCursor"]
    async with live(company, after=start) as listener:
        assert listener.response.content_type == "text/event-stream"
        playing = asyncio.create_task(deeds.play(company))
        await rival.customer(name="Elsewhere")
        await playing
        told = await outside.require_each_event_once(system, company.tenant)
        by_nats = [orjson.loads(it.data) for it in told]
        after_start = by_nats[1:]
        heard = [await listener.heard() for _ in after_start]
    by_feed = await all_since(company)
    assert [it["body"] for it in by_feed] == by_nats
    assert [it["event"]["body"] for it in heard] == after_start
    for node in [*by_feed, *(it["event"] for it in heard)]:
        body = node["body"]
        named = ("id", "type", "subject", "sequence")
        assert {it: node[it] for it in named} == {it: body[it] for it in named}
        assert body["tenant"] == company.tenant


async def test_what_is_told_while_nobody_listens_is_heard_by_who_comes_again(company):
    before = (await since(company, first=500))["endCursor"]
    writing = asyncio.create_task(made_many(company, 60))
    found: list[str] = []
    after = before
    while len(found) < 60:
        async with live(company, after=after, aggregates=["customers.customer"]) as listener:
            for _ in range(min(7, 60 - len(found))):
                delivery = await listener.heard()
                found.append(delivery["event"]["subject"])
                after = delivery["cursor"]
    assert found == await writing


async def made_many(company, count):
    return [await company.customer(name=f"Firm {it}") for it in range(count)]


async def test_who_may_not_follow_is_told_so_by_both_ways(company):
    email = f"{new_id('x')}@company.example"
    given = {"name": "Sam", "email": email, "roles": ["SALES_MANAGER"]}
    manager = await company.make("createStaffUser", given)
    await company.do("setStaffUserPassword", manager, {"password": PASSWORD})
    token = await company.sign_in(email)
    answer = await company.answer(FEED, token=token)
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["FORBIDDEN"]
    async with live(company, token) as listener:
        answer = await listener.next()
        assert [it["extensions"]["code"] for it in answer["errors"]] == ["FORBIDDEN"]
        assert answer["errors"][0]["extensions"]["requestId"]
        assert await listener.event() == ("complete", None)
        assert await listener.event() is None


@pytest.mark.parametrize(
    ("token", "document", "status", "code"),
    [
        ("nonsense", "subscription { events { gap } }", 401, "UNAUTHENTICATED"),
        (None, "subscription { nothing { gap } }", 400, "BAD_REQUEST"),
        (None, "subscription {", 400, "BAD_REQUEST"),
        (None, "subscription { events { gap } again: events { gap } }", 400, "BAD_REQUEST"),
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused_before_it_begins(
    company, token, document, status, code
):
    url = company.system.graph_url
    async with subscribed(url, token or company.token, document) as listener:
        assert listener.status == status
        answer = await listener.response.json()
        assert answer["errors"][0]["extensions"]["code"] == code


async def test_a_subscription_is_no_single_answer_and_a_query_may_be_a_stream_of_one(company):
    status, answer = await company.post(orjson.dumps({"query": LIVE}))
    assert (status, answer["errors"][0]["extensions"]["code"]) == (406, "BAD_REQUEST")
    document = "{ viewer { staffUser { email } } }"
    async with subscribed(company.system.graph_url, company.token, document) as listener:
        assert (await listener.next())["data"] == {
            "viewer": {"staffUser": {"email": company.email}}
        }
        assert await listener.event() == ("complete", None)


@pytest.mark.feature("PLT-06")
async def test_a_listener_goes_on_when_its_service_comes_back(system, company):
    begin = (await since(company, first=500))["endCursor"]
    async with live(company, after=begin) as listener:
        first = await company.customer(name="First")
        delivery = await listener.heard()
        assert delivery["event"]["subject"] == first
        system.kill("customers")
        try:
            answer = await listener.next()
            code = answer["errors"][0]["extensions"]["code"]
            assert code == "SUBGRAPH_UNAVAILABLE"
            assert await listener.event() == ("complete", None)
        finally:
            system.restart("customers")
    second = await company.customer(name="Second")
    async with live(company, after=delivery["cursor"]) as listener:
        assert (await listener.heard())["event"]["subject"] == second


async def test_who_listens_too_often_is_refused_and_who_leaves_makes_room(company):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(MAX_OF_ONE):
            listener = await stack.enter_async_context(live(company))
            assert listener.status == 200
        async with live(company) as listener:
            answer = await listener.response.json()
            assert (listener.status, answer["errors"][0]["extensions"]["code"]) == (
                429,
                "LIMIT_EXCEEDED",
            )

    async def there_is_room():
        async with live(company) as listener:
            return listener.status == 200

    await until(there_is_room)
