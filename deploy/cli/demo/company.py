"""Loads the demo company through the graph, as a client would, and tells the way in."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.cli.demo import story
from deploy.cli.demo.loading import Loading
from deploy.local.databases import Database

SHORT_QUERY = "{ customers(first: 2) { nodes { name orders { nodes { number status } } } } }"
ORDER_STEPS = ("placeOrder", "reviewOrder", "confirmOrder", "shipOrder")


def explorer_settings() -> Mapping[str, str]:
    accounts = [
        {
            "label": f"{name} ({role.replace('_', ' ').lower()})",
            "variables": {"email": story.email(short), "password": story.PASSWORD},
        }
        for short, (name, role) in story.STAFF.items()
    ]
    sign_in = {"document": story.SIGN_IN, "tokenPath": "signIn.token", "accounts": accounts}
    examples = [
        {"label": "Customers with their orders and cases", "query": story.FIRST_QUERY},
        {"label": "The story of a customer", "query": story.STORY_QUERY},
        {"label": "Who am I", "query": story.WHO_QUERY},
    ]
    return {
        "EXPLORER_SIGN_IN": json.dumps(sign_in),
        "EXPLORER_EXAMPLES": json.dumps(examples),
    }


def is_there(databases: Mapping[str, Database]) -> bool:
    from services.customers import maintenance  # noqa: PLC0415  # a slow import, made late

    found = maintenance.find_staff(
        databases["customers"].app_url, tenant=story.TENANT, email=story.email("ada")
    )
    return asyncio.run(found) is not None


def load(graph_url: str, databases: Mapping[str, Database]) -> None:
    """Make the tenant and its records; what stands already is left as it is."""
    if not is_there(databases):
        from services.customers import maintenance  # noqa: PLC0415  # a slow import, made late

        made = maintenance.create_tenant(
            databases["customers"].app_url,
            slug=story.TENANT,
            name=story.NAME,
            administrator=story.email("ada"),
            password=story.PASSWORD,
        )
        asyncio.run(made)
    asyncio.run(_load(graph_url))
    _let_in(databases)


def welcome(graph_url: str) -> Sequence[str]:
    return [
        "",
        f"Sign in to {story.NAME} (password of all: {story.PASSWORD})",
        *(
            f"  {role.replace('_', ' ').lower():22}{story.email(short)}"
            for short, (_name, role) in story.STAFF.items()
        ),
        f"  {'guest of the portal':22}{story.GUEST_EMAIL}  (signInToPortal)",
        "",
        "A first query",
        f"  TOKEN=$(make -s crm ARGS='token --as {story.email('sam')}')",
        f"  curl -s {graph_url} -H 'content-type: application/json' \\",
        '    -H "authorization: Bearer $TOKEN" \\',
        f"    -d '{json.dumps({'query': SHORT_QUERY})}'",
    ]


def _let_in(databases: Mapping[str, Database]) -> None:
    """Let the demo's guest come in by the portal without a look into the mail."""
    from services.customers import maintenance  # noqa: PLC0415  # a slow import, made late

    let_in = maintenance.let_in_by_portal(
        databases["customers"].app_url,
        tenant=story.TENANT,
        email=story.GUEST_EMAIL,
        password=story.PASSWORD,
    )
    asyncio.run(let_in)


async def _load(graph_url: str) -> None:
    async with Loading(graph_url) as load:
        await load.sign_in(story.email("ada"), story.PASSWORD)
        await load.until_everybody_knows_who_i_am()
        staff = await _staff(load)
        customers = await _customers(load, staff)
        products = await load.upsert(
            "Product",
            {
                ref: {
                    "name": name,
                    "category": category,
                    "unitPrice": {"amount": price, "currency": "EUR"},
                }
                for ref, (name, category, price) in story.PRODUCTS.items()
            },
        )
        await _prices(load, products)
        await _past(load, customers)
        await _tasks(load, customers, staff)
        await _leads(load)
        await _opportunities(load, customers, staff)
        await _orders(load, customers, products, staff)
        await _cases(load, customers, staff)


async def _staff(load: Loading) -> Mapping[str, str]:
    staff = await load.upsert(
        "StaffUser",
        {
            short: {"name": name, "email": story.email(short), "roles": [role]}
            for short, (name, role) in story.STAFF.items()
            if short != "ada"
        },
    )
    for id in staff.values():
        await load.do("setStaffUserPassword", id, {"password": story.PASSWORD})
    return staff


async def _customers(load: Loading, staff: Mapping[str, str]) -> Mapping[str, str]:
    customers = await load.upsert(
        "Customer",
        {ref: {**it, "ownerId": staff["sam"]} for ref, it in story.CUSTOMERS.items()},
    )
    contacts = await load.upsert(
        "Contact",
        {
            ref: {
                "customerId": customers[customer],
                "name": name,
                "title": title,
                "email": email,
                "isPrimary": True,
            }
            for ref, (customer, name, title, email) in story.CONTACTS.items()
        },
    )
    guest = contacts[story.GUEST]
    if await load.find("portalIdentities", {"contactId": {"eq": guest}}) is None:
        await load.make("invitePortalIdentity", {"contactId": guest})
    return customers


async def _prices(load: Loading, products: Mapping[str, str]) -> None:
    lists = await load.upsert("PriceList", {ref: it for ref, (it, _) in story.PRICES.items()})
    await load.upsert(
        "PriceListEntry",
        {
            f"{ref}/{product}/{minimum}": {
                "priceListId": lists[ref],
                "productId": products[product],
                "minimumQuantity": str(minimum),
                "unitPrice": {"amount": price, "currency": it["currency"]},
            }
            for ref, (it, prices) in story.PRICES.items()
            for product, minimum, price in prices
        },
        plural="PriceListEntries",
    )


async def _leads(load: Loading) -> None:
    await load.upsert("Lead", story.LEADS)


async def _tasks(load: Loading, customers: Mapping[str, str], staff: Mapping[str, str]) -> None:
    now = datetime.now(UTC)
    for customer, subject, priority, days in story.TASKS:
        if await load.find("tasks", {"subject": {"eq": subject}}):
            continue
        given = {
            "subject": subject,
            "priority": priority,
            "dueAt": (now + timedelta(days=days)).isoformat(),
            "ownerId": staff["sam"],
        }
        about = {"customerId": customers[customer]} if customer else {}
        await load.make("createTask", given | about)


async def _past(load: Loading, customers: Mapping[str, str]) -> None:
    now = datetime.now(UTC)
    for customer, channel, direction, subject, days in story.INTERACTIONS:
        if await load.find("interactions", {"subject": {"eq": subject}}):
            continue
        given = {
            "customerId": customers[customer],
            "channel": channel,
            "direction": direction,
            "subject": subject,
            "happenedAt": (now - timedelta(days=days)).isoformat(),
        }
        await load.make("logInteraction", given)


async def _opportunities(
    load: Loading, customers: Mapping[str, str], staff: Mapping[str, str]
) -> None:
    for customer, name, amount, stages in story.OPPORTUNITIES:
        if await load.find("opportunities", {"name": {"eq": name}}):
            continue
        given = {
            "name": name,
            "customerId": customers[customer],
            "amount": {"amount": amount, "currency": "EUR"},
            "probability": 20 + 20 * stages,
            "ownerId": staff["sam"],
        }
        id = await load.make("createOpportunity", given)
        for _ in range(stages):
            await load.do("advanceOpportunity", id)


async def _orders(
    load: Loading,
    customers: Mapping[str, str],
    products: Mapping[str, str],
    staff: Mapping[str, str],
) -> None:
    today = datetime.now(UTC).date().isoformat()
    for customer, lines, steps in story.ORDERS:
        if await load.find("orders", {"customerId": {"eq": customers[customer]}}):
            continue
        given = {"customerId": customers[customer], "currency": "EUR", "ownerId": staff["sam"]}
        id = await load.make("createOrder", given)
        for product, quantity, discount in lines:
            price = {"amount": story.PRODUCTS[product][2], "currency": "EUR"}
            line: dict[str, Any] = {"orderId": id, "productId": products[product]}
            line |= {"quantity": str(quantity), "unitPrice": price, "discountPercent": discount}
            await load.make("createOrderLine", line)
        for step in ORDER_STEPS[:steps]:
            await load.do(step, id, {"shippedOn": today} if step == "shipOrder" else None)


async def _cases(load: Loading, customers: Mapping[str, str], staff: Mapping[str, str]) -> None:
    for customer, subject, priority in story.CASES:
        if await load.find("cases", {"subject": {"eq": subject}}):
            continue
        given = {"customerId": customers[customer], "subject": subject, "priority": priority}
        id = await load.make("openCase", given)
        await load.do("assignCase", id, {"ownerId": staff["ines"]})
        await load.do("startCase", id)
