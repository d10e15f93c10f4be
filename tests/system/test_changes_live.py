"""Records heard of as they change: by whoever may see them, and by no other."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest

from services.chassis.ids import new_id
from tests.system.listening import subscribed
from tests.system.system import PASSWORD

CUSTOMER = "subscription($only: ID) { customerChanged(id: $only) { id name } }"
KEY_ONLY = "subscription { customerChanged { id orders { nodes { id } } } }"
"""Of a customer that another service knows too, by its id alone."""
ORDER = "subscription { orderChanged { id status customer { name } } }"
PATIENCE = 60


class Socket:
    """One subscription by graphql-transport-ws: its answers as they come."""

    def __init__(self, socket):
        self.socket = socket

    async def heard(self, field):
        told = await self.socket.receive_json(timeout=PATIENCE)
        assert told["type"] == "next", told
        assert "errors" not in told["payload"], told
        return told["payload"]["data"][field]


@asynccontextmanager
async def by_socket(company, document, token=None, **variables):
    protocol = "graphql-transport-ws"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(company.system.graph_url, protocols=(protocol,)) as socket,
    ):
        begin = {"type": "connection_init", "payload": {"token": token or company.token}}
        await socket.send_json(begin)
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "connection_ack"
        payload = {"query": document, "variables": variables}
        await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        yield Socket(socket)


async def heard_of(listeners, field, deed):
    """Do something again and again until all listeners have heard of it; give what they heard."""
    hearing = [asyncio.create_task(it.heard(field)) for it in listeners]
    made = []
    async with asyncio.timeout(PATIENCE):
        while not all(it.done() for it in hearing):
            made.append(await deed())
            await asyncio.wait(hearing, timeout=1)
    return made, [it.result() for it in hearing]


def by_stream(company, document, token=None, **variables):
    return subscribed(company.system.graph_url, token or company.token, document, **variables)


@pytest.mark.feature("PLT-06")
async def test_a_change_is_heard_by_stream_and_by_socket_with_what_is_asked_of_the_record(company):
    async with by_stream(company, CUSTOMER) as one, by_socket(company, CUSTOMER) as two:
        made, found = await heard_of([one, two], "customerChanged", company.customer)
    assert all(it["name"] == "Nordlicht" and it["id"] in made for it in found)


async def test_what_other_services_know_of_the_record_comes_along(company):
    customer = await company.customer(name="Abroad")

    async def placed():
        return await company.order(customer)

    async with by_socket(company, ORDER) as listener:
        made, (found,) = await heard_of([listener], "orderChanged", placed)
    assert found["id"] in made
    assert (found["status"], found["customer"]) == ("DRAFT", {"name": "Abroad"})


async def test_one_record_is_heard_of_alone(company):
    wanted = await company.customer(name="Wanted")

    async def both_changed():
        await company.customer(name="Other")
        await company.do("updateCustomer", wanted, {"name": f"Wanted {new_id('x')}"})

    async with by_socket(company, CUSTOMER, only=wanted) as listener:
        _, (found,) = await heard_of([listener], "customerChanged", both_changed)
        assert found["id"] == wanted
        await both_changed()
        assert (await listener.heard("customerChanged"))["id"] == wanted


async def test_who_may_not_see_a_record_and_another_company_hear_nothing(company, rival):
    email = f"{new_id('x')}@company.example"
    blind = await company.make("createStaffUser", {"name": "Sam", "email": email, "roles": []})
    await company.do("setStaffUserPassword", blind, {"password": PASSWORD})
    token = await company.sign_in(email)
    assert (await company.answer("{ customers { nodes { id } } }", token=token))["errors"]
    async with (
        by_stream(company, CUSTOMER, token) as unseeing,
        by_stream(company, KEY_ONLY, token) as unseeing_too,
        by_stream(rival, CUSTOMER) as elsewhere,
        by_stream(company, CUSTOMER) as seeing,
    ):
        nothing = asyncio.create_task(unseeing.event())
        nothing_too = asyncio.create_task(unseeing_too.event())
        await heard_of([seeing], "customerChanged", company.customer)
        made, (found,) = await heard_of(
            [elsewhere], "customerChanged", lambda: rival.customer(name="Elsewhere")
        )
        assert (found["name"], found["id"] in made) == ("Elsewhere", True)
        assert not nothing.done()
        assert not nothing_too.done()
        done = await company.do("updateStaffUser", blind, {"roles": ["SALES_MANAGER"]})
        assert done["userErrors"] == []

        async def renamed():
            return await company.customer(name="Seen")

        hearing = [_Task(nothing)]
        made, (found,) = await heard_of(hearing, "customerChanged", renamed)
        assert (found["name"], found["id"] in made) == ("Seen", True)
        made_too, (found,) = await heard_of([_Task(nothing_too)], "customerChanged", renamed)
        assert (found["orders"]["nodes"], found["id"] in made + made_too) == ([], True)


class _Task:
    """A listener that listens already."""

    def __init__(self, task):
        self.task = task

    async def heard(self, field):
        kind, answer = await self.task
        assert kind == "next", answer
        return answer["data"][field]
