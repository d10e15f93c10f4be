"""Reading the books through the gateway: page by page, line by line."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy.cli.importing.graph import Graph
from deploy.local.refusals import Refused

PAGE = 100
PATIENCE_SECONDS = 120.0
CUSTOMERS = f"""query Customers($after: String) {{
  page: customers(first: {PAGE}, after: $after) {{
    nodes {{ id }} pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
ORDER = """
  placedOn gross { amount } net { amount } owner { name }
  lines(first: 50) { nodes { gross { amount } net { amount } } pageInfo { hasNextPage } }
"""
ORDERS = f"""query Orders($after: String) {{
  page: orders(first: {PAGE}, after: $after) {{
    nodes {{ {ORDER} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
STORY = f"""query Story($ref: String!) {{
  customers(where: {{ externalRef: {{ source: "northwind", in: [$ref] }} }}) {{ nodes {{
    name
    contacts {{ nodes {{ name }} }}
    orders(first: {PAGE}) {{ nodes {{ id {ORDER} }} }}
    timeline(first: {PAGE}, orderBy: [{{ field: HAPPENED_AT }}]) {{
      nodes {{ kind subject title happenedAt }}
    }}
  }} }}
}}"""
DRAWN_UP = "sales.order.created.v1"


@dataclass(frozen=True, slots=True)
class Order:
    """What an order says that it comes to, and what its lines do."""

    year: int
    seller: str
    lines: int
    gross: Decimal
    net: Decimal
    is_consistent: bool

    @staticmethod
    def of(node: Mapping[str, Any]) -> "Order":
        if node["lines"]["pageInfo"]["hasNextPage"]:
            raise Refused("an order has more lines than one page holds")
        lines = node["lines"]["nodes"]
        gross, net = amounts(lines, "gross"), amounts(lines, "net")
        told = amounts([node], "gross"), amounts([node], "net")
        seller = (node["owner"] or {}).get("name", "")
        year = int(node["placedOn"][:4])
        return Order(year, seller, len(lines), gross, net, told == (gross, net))


@dataclass(frozen=True, slots=True)
class Books:
    """All orders, and how many customers there are."""

    orders: Sequence[Order]
    customers: int = 0

    def gross(self) -> Decimal:
        return sum((it.gross for it in self.orders), Decimal())

    def net(self, *, year: int | None = None) -> Decimal:
        within = (it.net for it in self.orders if year in (None, it.year))
        return sum(within, Decimal())

    def of_seller(self, name: str) -> "Books":
        return Books([it for it in self.orders if it.seller == name])

    def inconsistent(self) -> int:
        """Count the orders whose own sums are not those of their lines."""
        return sum(not it.is_consistent for it in self.orders)


@dataclass(frozen=True, slots=True)
class Story:
    """One customer as two services tell it; `told` counts its orders in the timeline."""

    name: str
    contacts: Sequence[str]
    orders: Books
    told: int


async def books(graph: Graph) -> Books:
    orders = [Order.of(node) async for node in _pages(graph, ORDERS)]
    return Books(orders, len([node async for node in _pages(graph, CUSTOMERS)]))


async def story(graph: Graph, ref: str) -> Story:
    """Ask for a customer's story, again and again until each order has reached its timeline."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        (node,) = (await graph.ask(STORY, ref=ref))["customers"]["nodes"]
        heard = [it["subject"] for it in node["timeline"]["nodes"] if it["kind"] == DRAWN_UP]
        drawn_up = {it["id"] for it in node["orders"]["nodes"]}
        if drawn_up <= set(heard) or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    contacts = [it["name"] for it in node["contacts"]["nodes"]]
    orders = Books([Order.of(it) for it in node["orders"]["nodes"]])
    return Story(node["name"], contacts, orders, len(heard))


def amounts(nodes: Sequence[Mapping[str, Any]], field: str) -> Decimal:
    return sum((Decimal(it[field]["amount"]) for it in nodes), Decimal())


async def _pages(graph: Graph, document: str) -> AsyncIterator[Mapping[str, Any]]:
    after = None
    while True:
        page = (await graph.ask(document, after=after))["page"]
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
