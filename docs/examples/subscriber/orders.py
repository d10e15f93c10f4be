"""A copy of all orders in a database of one's own: as they are, and then as they change.

`crm events grant my-orders --aggregates sales.order` comes first: from then on the stream keeps
what happens for you. Then, with nats-py installed:

    NATS_URL=… CRM_URL=http://127.0.0.1:4000/graphql CRM_TOKEN=… python orders.py orders.db
"""

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.request import Request, urlopen

from crm_events import Event, Gate, Reader

ORDERS = """
    CREATE TABLE IF NOT EXISTS orders (
        id text PRIMARY KEY, number text, status text, net text, currency text
    )
"""
PAGE = """
    query($after: ID) { salesEventsBackfill(aggregate: "sales.order", after: $after) {
        nodes { subject sequence data } next } }
"""


def keep(cursor: Any, id: str, order: dict[str, Any]) -> None:
    net = order["net"]
    cursor.execute(
        "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)",
        (id, order["number"], order["status"], net["amount"], net["currency"]),
    )


def when_told(cursor: Any, event: Event) -> None:
    """Every event of an order says what is so of it now; the last one is that it is no more."""
    if event.type == "sales.order.purged.v1":
        cursor.execute("DELETE FROM orders WHERE id = ?", (event.subject,))
    else:
        keep(cursor, event.subject, event.data)


def orders_now() -> Iterator[dict[str, Any]]:
    """Read all orders page by page, each with the number of its last event."""
    after = None
    while True:
        body = json.dumps({"query": PAGE, "variables": {"after": after}}).encode()
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {os.environ['CRM_TOKEN']}",
        }
        with urlopen(Request(os.environ["CRM_URL"], body, headers)) as answer:  # noqa: S310
            page = json.load(answer)["data"]["salesEventsBackfill"]
        yield from page["nodes"]
        after = page["next"]
        if after is None:
            return


def main(database: str) -> None:
    gate = Gate(lambda: sqlite3.connect(database))
    with gate.transaction() as cursor:
        cursor.execute(ORDERS)
    reader = Reader(os.environ["NATS_URL"], os.environ.get("CRM_NAME", "my-orders"), gate)
    reader.on_all(when_told)
    for it in orders_now():
        reader.contain(
            it["subject"], it["sequence"], partial(keep, id=it["subject"], order=it["data"])
        )
    asyncio.run(reader.run())


if __name__ == "__main__":
    main(sys.argv[1])
