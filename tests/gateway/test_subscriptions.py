"""Subscriptions through the gateway: the owner's events, each with the rest of the plan."""

import asyncio
from typing import Any

import aiohttp
import orjson

from tests.gateway.live import PLACED, Live, placed, products
from tests.support.waiting import until


async def listen(front: Any) -> aiohttp.ClientResponse:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {front.token()}"}
    body = {"query": PLACED, "variables": {"s": "x"}}
    response: aiohttp.ClientResponse = await front.client.post(
        f"{front.url}/graphql", json=body, headers=headers
    )
    return response


async def heard(response: aiohttp.ClientResponse) -> Any:
    event = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 30)
    kind, data = event.split(b"\n")[:2]
    return kind, data.removeprefix(b"data:") and orjson.loads(data.removeprefix(b"data:"))


async def test_each_event_is_filled_from_the_other_subgraphs(fronts: Any):
    live = Live()
    front = await fronts({"orders": live, "products": products()})
    response = await listen(front)
    for number in (1, 2):
        split = placed(number)
        for piece in (b":\n\n", split[:20], split[20:]):
            await live.queue.put(piece)
        kind, answer = await heard(response)
        assert kind == b"event: next"
        name = f"Lamp p{number}"
        assert answer == {"data": {"order": {"id": f"o{number}", "product": {"name": name}}}}
    await live.queue.put(b"event: complete\ndata:\n\n")
    assert await heard(response) == (b"event: complete", b"")
    assert await response.content.read() == b""
    assert live.asked[0]["variables"] == {"s": "x"}
    assert live.headers[0]["accept"] == "text/event-stream"
    assert len(front.subgraphs["products"].asked) == 2


async def test_what_another_subgraph_cannot_give_is_null_and_the_stream_goes_on(fronts: Any):
    live = Live()
    front = await fronts({"orders": live, "products": products()})
    response = await listen(front)
    await front.stop("products")
    for number in (1, 2):
        await live.queue.put(placed(number))
        _, answer = await heard(response)
        assert answer["data"] == {"order": {"id": f"o{number}", "product": {"name": None}}}
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
        assert error["extensions"]["requestId"]
    response.close()
    await live.queue.put(None)


async def test_when_the_client_leaves_the_subgraph_is_left_at_once(fronts: Any):
    live = Live()
    front = await fronts({"orders": live, "products": products()})
    response = await listen(front)
    await live.queue.put(placed(1))
    await heard(response)
    assert front.door.places.open.total() == 1
    response.close()
    await asyncio.wait_for(live.has_left.wait(), 30)
    await until(lambda: front.door.places.open.total() == 0)
    await live.queue.put(None)


async def test_a_subgraph_that_stops_in_the_middle_or_speaks_nonsense_is_told(fronts: Any):
    for piece in (None, b"event: next\ndata: nonsense\n\n"):
        live = Live()
        front = await fronts({"orders": live, "products": products()})
        response = await listen(front)
        await live.queue.put(piece)
        if piece:
            await live.queue.put(None)
        _, answer = await heard(response)
        assert "data" not in answer
        assert [it["extensions"]["code"] for it in answer["errors"]] == ["SUBGRAPH_UNAVAILABLE"]
        assert await heard(response) == (b"event: complete", b"")


async def test_a_gateway_that_ends_cuts_its_subscriptions_short(fronts: Any):
    live = Live()
    front = await fronts({"orders": live, "products": products()})
    response = await listen(front)
    front.door.places.closing.set()
    assert await asyncio.wait_for(response.content.read(), 30) == b""
    await live.queue.put(None)
