"""GraphQL over WebSocket: the protocol graphql-transport-ws to the letter, over real sockets."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest

from services.chassis import subscribing
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity
from tests.gateway.conftest import Front
from tests.gateway.live import PLACED, Live, placed, products
from tests.gateway.sockets import PROTOCOL, connected
from tests.gateway.test_door import bad_tokens, told
from tests.support.waiting import until

ME = "{ me { name } }"


async def shop_of(fronts: Any, **more: Any) -> tuple[Front, Live]:
    live = Live()
    return await fronts({"orders": live, "products": products()}, **more), live


async def test_the_protocol_is_taken_among_others(front: Front):
    async with connected(front, "other", PROTOCOL) as client:
        assert client.socket.protocol == PROTOCOL
        await client.begin()
    async with connected(front) as client:
        await client.say("connection_init", payload={})
        assert await client.heard() == {"type": "connection_ack"}


@pytest.mark.parametrize("protocol", ["", "graphql-ws", "subscriptions-transport-ws"])
async def test_any_other_protocol_is_not_acceptable(front: Front, protocol: str):
    url = f"{front.url}/graphql"
    protocols = (protocol,) if protocol else ()
    async with front.client.ws_connect(url, protocols=protocols) as socket:
        message = await socket.receive(timeout=30)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4406)


async def test_a_socket_anywhere_else_is_not_found(front: Front):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await front.client.ws_connect(f"{front.url}/elsewhere", protocols=(PROTOCOL,))
    assert refused.value.status == 404


async def test_who_does_not_begin_in_time_is_let_go(fronts: Any):
    front, _ = await shop_of(fronts, websocket_init_seconds=0.2)
    async with connected(front) as client:
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}
        assert await client.closed() == 4408
    async with connected(front) as client:
        await client.begin()
        await asyncio.sleep(0.4)  # twice the time in which one must have begun
        assert (await client.answer("1", "{ something }"))["data"] == {"something": None}


async def test_to_begin_twice_is_once_too_many(front: Front):
    async with connected(front) as client:
        await client.begin()
        await client.say("connection_init")
        assert await client.closed() == 4429
    async with connected(front) as client:
        for _ in range(2):
            await client.say("connection_init")
        assert await client.heard() == {"type": "connection_ack"}
        assert await client.closed() == 4429


async def test_who_has_not_begun_may_not_ask(front: Front):
    async with connected(front) as client:
        await client.subscribe("1", ME)
        assert await client.closed() == 4401
    assert front.asked() == {}


@pytest.mark.parametrize(
    "kind",
    ["not a token", "no bearer", "another's key", "another audience", "expired"],
)
async def test_a_bad_token_is_forbidden_and_never_taken_for_nobody(front: Front, kind: str):
    async with connected(front) as client:
        payload = {"authorization": bad_tokens(front)[kind]}
        await client.say("connection_init", payload=payload)
        assert await client.closed() == 4403
    async with connected(front, headers=payload) as client:
        await client.say("connection_init")
        assert await client.closed() == 4403
    async with connected(front) as client:
        await client.say("connection_init", payload={"Authorization": 5})
        assert await client.closed() == 4403


async def test_a_token_is_taken_from_the_first_message_or_else_from_the_handshake(front: Front):
    header, other = (f"Bearer {front.token(name)}" for name in ("staff_7", "staff_8"))
    ways: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({"authorization": header}, {}, "staff_7"),
        ({"Authorization": header}, {}, "staff_7"),
        ({"token": front.token("staff_7")}, {}, "staff_7"),
        ({}, {"authorization": header}, "staff_7"),
        ({"authorization": other}, {"authorization": header}, "staff_8"),
    ]
    for payload, headers, who in ways:
        async with connected(front, headers=headers) as client:
            await client.begin(**payload)
            await client.answer("1", ME)
            assert told(front, "people") == Identity("acme", who, ActorKind.USER)
    async with connected(front) as client:
        await client.begin()
        await client.answer("1", ME)
        assert told(front, "people").kind is ActorKind.ANONYMOUS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"connection_init"',
        "{}",
        '{"type": 5}',
        '{"type": "start", "id": "1", "payload": {"query": "{ me { name } }"}}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "ping", "payload": "x"}',
        '{"type": "pong", "payload": []}',
        '{"type": "subscribe", "payload": {"query": "{ me { name } }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ me { name } }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ me { name } }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": "{ me { name } }"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": "x"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": "x"}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 7}',
    ],
)
async def test_what_is_no_message_of_the_protocol_closes_at_once(front: Front, text: str):
    async with connected(front) as client:
        await client.begin()
        await client.socket.send_str(text)
        assert await client.closed() == 4400
    assert front.asked() == {}


async def test_what_does_not_come_as_text_closes_at_once(front: Front):
    async with connected(front) as client:
        await client.socket.send_bytes(b'{"type": "connection_init"}')
        assert await client.closed() == 4400


async def test_a_ping_is_answered_at_any_time_and_a_pong_never(front: Front):
    async with connected(front) as client:
        await client.say("pong")
        await client.say("ping", payload={"at": 5})
        assert await client.heard() == {"type": "pong", "payload": {"at": 5}}
        await client.begin()
        await client.say("pong", payload={"at": 6})
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}


async def test_queries_and_mutations_have_one_answer_and_an_id_may_come_again(front: Front):
    async with connected(front) as client:
        await client.begin()
        for _ in range(2):
            assert await client.answer("same", ME) == {"data": {"me": {"name": "Ada"}}}
        query = "query One($f: Int) { products(first: $f) { id } } query Two { me { id } }"
        payload = {"query": query, "variables": {"f": 1}, "operationName": "One"}
        await client.say("subscribe", "named", payload)
        assert (await client.heard())["payload"] == {"data": {"products": [{"id": "p1"}]}}
        assert (await client.heard())["type"] == "complete"
        document = 'mutation { addReview(product: "p1", stars: 5) { id } }'
        assert (await client.answer("2", document))["data"] == {"addReview": {"id": "r9"}}
        introspected = await client.answer("3", '{ __type(name: "Query") { name } }')
        assert introspected["data"] == {"__type": {"name": "Query"}}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ me { name }", "Syntax Error"),
        ("{ nobody }", "Cannot query field"),
        ("query A { me { id } } query B { me { id } }", "`operationName` must say"),
        ("query($id: ID!) { product(id: $id) { id } }", "Variable '$id'"),
        (
            "mutation {"
            + "".join(f"a{it}: addReview(product: 1, stars: 1) {{ id }} " for it in range(11))
            + "}",
            "a document holds 10",
        ),
    ],
)
async def test_what_cannot_be_run_is_an_error_and_the_connection_goes_on(
    front: Front, query: str, message: str
):
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("1", query)
        refused = await client.heard()
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert refused["payload"][0]["message"].startswith(message)
        assert refused["payload"][0]["extensions"]["code"] in ("BAD_REQUEST", "LIMIT_EXCEEDED")
        assert refused["payload"][0]["extensions"]["requestId"]
        assert (await client.answer("1", ME))["data"] == {"me": {"name": "Ada"}}
    assert front.asked() == {"people": 1}


async def test_errors_beside_data_are_part_of_the_answer(front: Front):
    await front.stop("people")
    async with connected(front) as client:
        await client.begin()
        answer = await client.answer("1", ME)
        assert answer["data"] == {"me": None}
        assert answer["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"


async def test_a_fault_of_our_own_is_masked(front: Front, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gateway.planner.plan", broken)
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("1", ME)
        refused = await client.heard()
        assert refused["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert "secret" not in str(refused)
        monkeypatch.undo()
        await client.answer("2", "{ me { id } }")
        monkeypatch.setattr(front.door.gatekeeper, "identify", broken)
    async with connected(front) as client:
        await client.say("connection_init")
        assert await client.closed() == 4500


async def test_a_subscription_gives_an_answer_for_each_event_until_it_is_complete(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin(token=front.token())
        await client.subscribe("live", PLACED, s="x")
        for number in (1, 2):
            await live.queue.put(placed(number))
            order = {"id": f"o{number}", "product": {"name": f"Lamp p{number}"}}
            heard = await client.heard()
            assert heard == {"id": "live", "type": "next", "payload": {"data": {"order": order}}}
        await live.queue.put(b"event: complete\ndata:\n\n")
        assert await client.heard() == {"id": "live", "type": "complete"}
        await until(lambda: front.door.places.open.total() == 0)
    assert live.asked[0]["variables"] == {"s": "x"}


async def test_many_operations_go_on_over_one_connection(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("live", PLACED)
        await until(lambda: live.asked)
        assert (await client.answer("q", "{ something }"))["data"] == {"something": None}
        await live.queue.put(placed(1))
        assert (await client.heard())["id"] == "live"
        await live.queue.put(None)


async def test_an_id_that_is_in_use_closes_the_connection(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin()
        for _ in range(2):
            await client.subscribe("live", PLACED)
        assert await client.closed() == 4409
    await until(lambda: front.door.places.open.total() == 0)
    await live.queue.put(None)


async def test_what_the_client_completes_is_left_at_once_and_tells_no_more(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("live", PLACED)
        await until(lambda: live.asked)
        await client.say("complete", "live")
        await client.say("complete", "never begun")
        await asyncio.wait_for(live.has_left.wait(), 30)
        await live.queue.put(placed(1))
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}
        assert (await client.answer("live", "{ something }"))["data"] == {"something": None}
    await live.queue.put(None)


async def test_a_subgraph_that_stops_or_refuses_is_an_error_of_the_operation(fronts: Any):
    refusal = {"message": "not you", "extensions": {"code": "FORBIDDEN"}}
    ends = {
        b"": "SUBGRAPH_UNAVAILABLE",
        b"event: next\ndata: nonsense\n\n": "SUBGRAPH_UNAVAILABLE",
        b"event: next\ndata: " + orjson.dumps({"errors": [refusal]}) + b"\n\n": "FORBIDDEN",
    }
    for piece, code in ends.items():
        front, live = await shop_of(fronts)
        async with connected(front) as client:
            await client.begin()
            await client.subscribe("live", PLACED)
            for it in (piece, None):
                if it != b"":
                    await live.queue.put(it)
            heard = await client.heard()
            assert (heard["id"], heard["type"]) == ("live", "error")
            assert [it["extensions"]["code"] for it in heard["payload"]] == [code]
            await client.say("ping")
            assert await client.heard() == {"type": "pong"}


async def test_who_leaves_without_a_word_leaves_nothing_behind(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("live", PLACED)
        await until(lambda: live.asked)
        assert len(front.door.sockets.open) == 1
        client.socket._response.connection.transport.abort()  # type: ignore[union-attr]
        await asyncio.wait_for(live.has_left.wait(), 30)
        await until(lambda: not front.door.sockets.open)
    assert front.door.places.open.total() == 0
    await live.queue.put(None)


async def test_a_connection_ends_with_its_token(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client:
        await client.begin(token=front.token(life=timedelta(seconds=3)))
        await client.subscribe("live", PLACED)
        await until(lambda: live.asked)
        assert await client.closed() == 4403
        await asyncio.wait_for(live.has_left.wait(), 30)
    await live.queue.put(None)


async def test_a_gateway_that_ends_sends_its_clients_elsewhere(fronts: Any):
    front, live = await shop_of(fronts)
    async with connected(front) as client, connected(front) as idle:
        await client.begin()
        await client.subscribe("live", PLACED)
        await until(lambda: live.asked)
        front.door.close()
        assert await client.closed() == 1012
        assert await idle.closed() == 1012
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await front.client.ws_connect(f"{front.url}/graphql", protocols=(PROTOCOL,))
        assert refused.value.status == 503
    await live.queue.put(None)


async def test_there_are_so_many_connections_operations_and_subscriptions(fronts: Any):
    front, live = await shop_of(
        fronts, max_websockets=2, max_operations=2, max_subscriptions_of_one=1
    )
    async with connected(front) as client, connected(front) as other:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await front.client.ws_connect(f"{front.url}/graphql", protocols=(PROTOCOL,))
        assert refused.value.status == 503
        for it in (client, other):
            await it.begin(token=front.token())
        await client.subscribe("1", PLACED)
        await until(lambda: live.asked)
        await other.subscribe("1", PLACED)  # of the same caller
        front.subgraphs["products"].released.clear()
        await client.subscribe("2", "{ something }")
        await client.subscribe("3", "{ something }")
        for it, id in ((other, "1"), (client, "3")):
            heard = await it.heard()
            assert (heard["id"], heard["type"]) == (id, "error")
            assert heard["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        front.subgraphs["products"].released.set()
        assert (await client.heard())["id"] == "2"
    await live.queue.put(None)


async def test_a_message_that_is_too_large_closes_the_connection(fronts: Any):
    front, _ = await shop_of(fronts, max_body_bytes=2048)
    async with connected(front) as client:
        await client.begin()
        await client.say("ping", payload={"x": "y" * 1000})
        assert (await client.heard())["type"] == "pong"
        await client.say("ping", payload={"x": "y" * 3000})
        assert await client.closed() == 1009


async def test_who_takes_nothing_is_read_for_no_longer_and_let_go(
    fronts: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(subscribing, "STALLED_SECONDS", 1.0)
    front, live = await shop_of(fronts)
    large = {"data": {"order": {"id": "x" * 1_000_000, "product": None}}}
    event = b"event: next\ndata: " + orjson.dumps(large) + b"\n\n"
    async with connected(front) as client:
        await client.begin()
        await client.subscribe("live", PLACED)
        for _ in range(100):
            await live.queue.put(event)
        await until(lambda: not front.door.sockets.open)
        await asyncio.wait_for(live.has_left.wait(), 30)
    assert 1 <= front.door.metrics.delivered._value.get() < 50
    await live.queue.put(None)


async def test_connections_are_counted(front: Front):
    async with connected(front) as client:
        await client.begin()
        await client.answer("1", ME)
        _, page, _ = await front.get("/metrics")
        assert "gateway_websockets_open 1.0" in page
        assert 'gateway_requests_total{outcome="ok"} 1.0' in page
    await until(lambda: not front.door.sockets.open)
    _, page, _ = await front.get("/metrics")
    assert "gateway_websockets_open 0.0" in page
