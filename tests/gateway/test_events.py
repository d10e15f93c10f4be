"""Subscriptions that the events of a real NATS feed: who hears what, and what is lost."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import orjson
import pytest
from nats.aio.client import Client as Nats

from gateway.broker import MOST_WAITING, Listener
from gateway.event_fields import InvalidEvents, fields
from tests.gateway.conftest import Front
from tests.gateway.serving import Subgraph
from tests.gateway.sockets import connected
from tests.support.waiting import until

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
LIVE = f"""{LINK}
directive @event(subject: String!, key: [String!], seenBy: String) on FIELD_DEFINITION
type Query {{ unused: String }}
type Subscription {{
  orderChanged(id: ID): Order
    @event(subject: "shop.{{tenant}}.order.>", key: ["id = order.id"], seenBy: "orders")
  orderOf(shop: String!): Order! @event(subject: "shops.{{shop}}")
}}
type Order @key(fields: "id", resolvable: false) {{ id: ID! }}
"""
ORDERS = f"""{LINK}
type Query {{ order: Order }}
type Order @key(fields: "id") {{ id: ID! total: Int buyer: Buyer }}
type Buyer @key(fields: "id") {{ id: ID! }}
"""
PEOPLE = f"""{LINK}
type Query {{ people: Int }}
type Buyer @key(fields: "id") {{ id: ID! name: String }}
type Order @key(fields: "id") {{ id: ID! notes: Int }}
"""
CHANGED = "subscription($only: ID) { changed: orderChanged(id: $only) { total buyer { name } } }"
KEY_ONLY = "subscription { orderChanged { number: id } }"
NOTES = "subscription { orderChanged { number: id notes } }"
"""Of a subgraph that knows of any order, and does not ask who wants to know."""
OF_SHOP = 'subscription { orderOf(shop: "s") { number: id notes } }'


class Orders(Subgraph):
    """Tells orders to everybody but those who may see none."""

    def __init__(self) -> None:
        self.blind: set[str] = set()
        self.asked_by: Counter[str] = Counter()
        self.total = 1
        super().__init__(ORDERS, {"order": lambda: None}, {"Order": self.order})

    def order(self, told: Mapping[str, Any]) -> Any:
        return {"id": told["id"], "total": self.total, "buyer": {"id": f"b{told['id']}"}}

    def _answer(self, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        status, text = super()._answer(asked)
        claims = self.headers[-1]["authorization"].split(".")[1]
        who = json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"]
        self.asked_by[who] += 1
        if who not in self.blind:
            return status, text
        data = orjson.loads(text)["data"]
        return status, orjson.dumps({"data": {it: [None] * len(data[it]) for it in data}})


class World:
    """A gateway, its orders, and somebody who tells events."""

    def __init__(self, front: Front, broker: Nats) -> None:
        self.front = front
        self.broker = broker
        orders: Any = front.subgraphs["orders"]
        self.orders: Orders = orders

    async def tell(self, order: str, tenant: str = "acme") -> None:
        event = orjson.dumps({"order": {"id": order}, "what": "paid"})
        await self.broker.publish(f"shop.{tenant}.order.paid", event)
        await self.broker.publish("shops.s", orjson.dumps({"id": order}))
        await self.broker.flush()

    @property
    def subjects(self) -> int:
        broker = self.front.door.pipeline.events.broker
        assert broker is not None
        return broker.subjects

    @asynccontextmanager
    async def by_socket(self, subject: str, query: str = CHANGED, **variables: Any) -> Any:
        async with connected(self.front) as client:
            await client.begin(token=self.front.token(subject))
            await client.subscribe("1", query, **variables)
            yield client

    async def by_stream(self, subject: str, query: str = CHANGED) -> Any:
        token = f"Bearer {self.front.token(subject)}"
        headers = {"accept": "text/event-stream", "authorization": token}
        url = f"{self.front.url}/graphql"
        return await self.front.client.post(url, json={"query": query}, headers=headers)

    async def listeners(self, count: int) -> None:
        """Wait until so many listen, at the broker too."""
        broker = self.front.door.pipeline.events.broker
        assert broker is not None

        def all_there() -> bool:
            shared = broker._shared.values()
            is_made = all(it.made and it.made.done() for it in shared)
            return is_made and sum(len(it.listeners) for it in shared) == count

        await until(all_there)


@pytest.fixture
async def world(fronts: Any, nats_server: Any, tmp_path: Path) -> AsyncIterator[World]:
    file = tmp_path / "live.graphql"
    file.write_text(LIVE)
    known = {
        "Buyer": lambda it: {"name": f"Buyer {it['id']}"},
        "Order": lambda it: {**it, "notes": 3},
    }
    people = Subgraph(PEOPLE, {}, known)
    unasked = Subgraph(LIVE, {}, {})
    subgraphs = {"live": unasked, "orders": Orders(), "people": people}
    front = await fronts(subgraphs, event_fields={"live": file}, nats_url=nats_server.url)
    broker = await nats.connect(nats_server.url)
    yield World(front, broker)
    await broker.close()
    assert unasked.asked == []


def whole(order: str, total: int = 1) -> Any:
    return {"data": {"changed": {"total": total, "buyer": {"name": f"Buyer b{order}"}}}}


async def heard(response: Any) -> Any:
    event = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 30)
    return orjson.loads(event.split(b"data: ")[1])


async def payload(client: Any) -> Any:
    told = await client.heard()
    assert told["type"] == "next", told
    return told["payload"]


async def test_an_event_brings_what_is_asked_of_its_entity_by_socket_and_by_stream(world: World):
    response = await world.by_stream("u1")
    async with world.by_socket("u2") as client:
        await world.listeners(2)
        assert world.subjects == 1
        await world.tell("7")
        assert await payload(client) == whole("7")
        assert await heard(response) == whole("7")
        await world.tell("8")
        assert await payload(client) == whole("8")
        assert await heard(response) == whole("8")
    response.close()
    await until(lambda: world.subjects == 0)


async def test_two_who_listen_share_one_subscription_at_the_broker(world: World):
    async with world.by_socket("u1") as one, world.by_socket("u2") as two:
        await world.listeners(2)
        assert world.subjects == 1
        broker = world.front.door.pipeline.events.broker
        assert broker is not None
        assert len(broker.client._subs) == 1
        await world.tell("7")
        assert await payload(one) == await payload(two) == whole("7")
    await until(lambda: not broker.client._subs)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (CHANGED, lambda it: whole(it)["data"]),
        (KEY_ONLY, lambda it: {"orderChanged": {"number": it}}),
        (NOTES, lambda it: {"orderChanged": {"number": it, "notes": 3}}),
        (OF_SHOP, lambda it: {"orderOf": {"number": it, "notes": 3}}),
    ],
)
async def test_who_may_not_see_an_entity_hears_nothing_of_it(
    world: World, query: str, told: Callable[[str], Any]
):
    world.orders.blind.add("blind")
    async with world.by_socket("blind", query) as blind, world.by_socket("u1", query) as other:
        await world.listeners(2)
        for before, then in (("7", "8"), ("9", "10")):
            await world.tell(before)
            assert await payload(other) == {"data": told(before)}
            await until(lambda: world.orders.asked_by["blind"] > 0)
            world.orders.asked_by.clear()
            world.orders.blind.clear()  # from here on it may: and hears the next
            await world.tell(then)
            assert await payload(blind) == {"data": told(then)}
            assert await payload(other) == {"data": told(then)}
            world.orders.blind.add("blind")
            world.orders.asked_by.clear()


async def test_nobody_hears_of_another_company(world: World):
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        await world.tell("6", tenant="rival")
        await world.tell("7")
        assert await payload(client) == whole("7")


async def test_an_argument_narrows_to_its_entity(world: World):
    async with world.by_socket("u1", only="8") as client:
        await world.listeners(1)
        for order in ("7", "9", "8"):
            await world.tell(order)
        assert await payload(client) == whole("8")


async def test_what_is_told_is_how_it_is_now(world: World):
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        world.orders.total = 5
        await world.tell("7")
        assert await payload(client) == whole("7", total=5)


async def test_a_subject_cannot_be_widened_by_an_argument(world: World):
    query = "subscription($shop: String!) { orderOf(shop: $shop) { id } }"
    for shop in (">", "*", "a.b", "", "a b"):
        async with world.by_socket("u1", query, shop=shop) as client:
            told = await client.heard()
            assert told["type"] == "error"
            assert told["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert world.subjects == 0


async def test_what_is_no_event_is_passed_over(world: World):
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        for nonsense in (b"", b"{", b"[]", b'"x"', b'{"order": 5}', b'{"order": {"id": [1]}}'):
            await world.broker.publish("shop.acme.order.paid", nonsense)
        await world.tell("7")
        assert await payload(client) == whole("7")


async def test_a_broker_that_was_away_is_a_gap_that_is_told(world: World, nats_server: Any):
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        nats_server.stop()
        nats_server.start()
        told = await payload(client)
        assert told["data"] == {"changed": None}
        (error,) = told["errors"]
        assert error["extensions"]["code"] == "EVENTS_LOST"
        assert error["path"] == ["changed"]
        await until(lambda: world.broker.is_connected)
        await world.tell("7")
        assert await payload(client) == whole("7")


async def test_an_entity_that_cannot_be_asked_for_now_is_a_gap_too(world: World):
    await world.front.stop("orders")
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        await world.tell("7")
        told = await payload(client)
        assert told["data"] == {"changed": None}
        assert [it["extensions"]["code"] for it in told["errors"]] == ["EVENTS_LOST"]


async def test_who_begins_while_the_broker_is_away_is_told_so(world: World, nats_server: Any):
    nats_server.stop()
    async with world.by_socket("u1") as client:
        told = await client.heard()
        assert told["type"] == "error"
        assert told["payload"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
    nats_server.start()
    async with world.by_socket("u1") as client:
        await world.listeners(1)
        await until(lambda: world.broker.is_connected)
        await world.tell("7")
        assert await payload(client) == whole("7")


async def test_a_slow_listener_has_each_entity_once_and_a_gap_for_what_is_too_much():
    listener = Listener(lambda it: (it, it))
    for event in (1, 2, 1, 1):
        listener.hear(event)
    assert [await listener.heard() for _ in range(2)] == [1, 2]
    for event in range(MOST_WAITING + 2):
        listener.hear(event)
    from_here = [await listener.heard() for _ in range(2)]
    assert type(from_here[0]).__name__ == "Gap"
    assert from_here[1] == MOST_WAITING + 1


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Int }",
        LIVE.replace('@event(subject: "shops.{shop}")', ""),
        LIVE.replace("{shop}", "{other}"),
        LIVE.replace("shops.{shop}", "shops. x"),
        LIVE.replace("id = order.id", "nr = order.id"),
        LIVE.replace('@key(fields: "id", resolvable: false)', ""),
        LIVE.replace('"id", resolvable', '"a { id }", resolvable'),
        "type {",
    ],
)
def test_an_sdl_of_events_that_says_too_little_is_refused(sdl: str):
    with pytest.raises(InvalidEvents):
        fields(sdl)
