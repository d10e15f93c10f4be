"""Subgraphs of which one has a subscription, that tells what a test puts into its queue."""

import asyncio
from typing import Any

import orjson

from tests.gateway.serving import Subgraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
ORDERS = f"""{LINK}
type Query {{ nothing: String }}
type Subscription {{ placed(shop: String): Order }}
type Order {{ id: ID! product: Product }}
type Product @key(fields: "id") {{ id: ID! }}
"""
PRODUCTS = f"""{LINK}
type Query {{ something: String }}
type Product @key(fields: "id") {{ id: ID! name: String }}
"""
PLACED = "subscription($s: String) { order: placed(shop: $s) { id product { name } } }"


class Live(Subgraph):
    """A subgraph whose subscription gives what a test puts into its queue."""

    def __init__(self) -> None:
        super().__init__(ORDERS, {}, {"Product": lambda it: it})
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.has_left = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        self.asked.append(orjson.loads((await receive())["body"]))
        kind = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        leaving = asyncio.create_task(receive())
        leaving.add_done_callback(lambda _: self.has_left.set())
        while (piece := await self.queue.get()) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        leaving.cancel()


def placed(number: int) -> bytes:
    order = {"id": f"o{number}", "product": {"id": f"p{number}"}}
    return b"event: next\ndata: " + orjson.dumps({"data": {"order": order}}) + b"\n\n"


def products() -> Subgraph:
    return Subgraph(PRODUCTS, {}, {"Product": lambda it: {"name": f"Lamp {it['id']}"}})
