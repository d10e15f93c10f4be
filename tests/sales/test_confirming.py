"""An order is confirmed once it was reviewed, and if customers lets its customer order."""

import asyncio

import pytest
from sqlalchemy import text

from services.chassis.actor import Actor, ActorKind
from services.chassis.asking import Channel
from services.chassis.database import connect
from services.chassis.ids import new_id
from services.chassis.refusals import NotFound
from services.chassis.rpc import Answers, RpcServer
from services.chassis.tokens import Signer, Verifier, new_key
from services.chassis.work import Works
from services.sales.customers.model import Customer
from services.stubs import customers_pb2
from tests.support.asking import reasons

SALES = Signer("sales", new_key())
GOOD, ON_HOLD, INACTIVE, UNKNOWN = 1, 2, 3, 4


class Customers:
    """Stands where customers would: its contract, on a real server, with answers to be set."""

    def __init__(self):
        self.answers = Answers(customers_pb2.DESCRIPTOR.services_by_name["Customers"])
        self.answers.to("Standing")(self.standing)
        self.known = {}
        self.calls = []
        self.refused = False
        self.meanwhile = None

    async def standing(self, call, asked):
        self.calls.append((call, list(asked.customer_ids)))
        if self.refused:
            raise NotFound("nothing is here")
        if self.meanwhile:
            await self.meanwhile()
        reply = customers_pb2.StandingReply()
        for id in asked.customer_ids:
            if id in self.known:
                reply.standings.add(customer_id=id, standing=self.known[id])
        return reply


@pytest.fixture
def customers():
    return Customers()


@pytest.fixture
async def server(customers):
    async def read_actor(identity):
        return Actor(identity.tenant, identity.subject, identity.kind)

    verifier = Verifier("customers", {"sales": SALES.jwks()})
    works = Works(None, "customers")  # type: ignore[arg-type]  # nobody reads anything here
    server = RpcServer([customers.answers], verifier=verifier, read_actor=read_actor, works=works)
    await server.start("127.0.0.1:0")
    yield server
    await server.stop(0)


@pytest.fixture
async def company(company, server):
    company.app = Channel(f"127.0.0.1:{server.port}", audience="customers", signer=SALES)
    yield company
    await company.app.close()


@pytest.fixture
async def order(company, customers):
    """An order that was placed and not reviewed, of a customer in good standing."""
    customer = new_id("cus")
    customers.known[customer] = GOOD
    order = await company.order(customerId=customer)
    await company.line(order, await company.product())
    await company.deed("place", order)
    return order


async def customer_of(company, order):
    document = "query($id: ID!) { order(id: $id) { customer { id } } }"
    return (await company.ask(document, id=order))["order"]["customer"]["id"]


async def reviewed(company, order):
    await company.deed("review", order)
    return order


async def test_a_placed_order_is_not_confirmed_before_it_was_reviewed(company, order):
    done = await company.deed("confirm", order)
    assert [(it["code"], it["reason"]) for it in done["userErrors"]] == [
        ("INVALID_TRANSITION", "ORDER_NOT_REVIEWED")
    ]
    assert (await company.seen(order))["status"] == "PLACED"
    await company.deed("review", order)
    done = await company.deed("confirm", order)
    assert done["made"]["status"] == "CONFIRMED"


async def test_an_order_goes_its_whole_way_and_each_step_is_told(company, order):
    for deed in ("review", "confirm"):
        assert (await company.deed(deed, order))["userErrors"] == []
    done = await company.deed("ship", order, shippedOn="1996-07-16")
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("OUT_OF_RANGE", ["input", "shippedOn"])
    ]
    on = (await company.seen(order))["placedOn"]
    assert (await company.deed("ship", order, shippedOn=on))["made"]["shippedOn"] == on
    assert (await company.deed("close", order))["made"]["status"] == "CLOSED"
    way = ["created", "repriced", "placed", "reviewed", "confirmed", "shipped", "closed"]
    assert await company.told(order) == way
    states = [it["data"]["status"] for it in await company.events(order)]
    assert states[2:] == [it.upper() for it in way[2:]]


async def test_sales_asks_as_itself_for_the_one_customer(company, order, customers):
    await company.deed("confirm", await reviewed(company, order))
    [(call, ids)] = customers.calls
    assert ids == [await customer_of(company, order)]
    assert (call.caller.subject, call.caller.kind) == ("sales", ActorKind.SERVICE)
    assert call.actor.tenant == company.tenant


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (ON_HOLD, "CUSTOMER_ON_HOLD"),
        (INACTIVE, "CUSTOMER_INACTIVE"),
        (UNKNOWN, "CUSTOMER_UNKNOWN"),
        (0, "CUSTOMER_UNKNOWN"),
    ],
)
async def test_who_is_not_in_good_standing_gets_no_confirmation(
    company, order, customers, standing, reason
):
    customers.known[await customer_of(company, order)] = standing
    done = await company.deed("confirm", await reviewed(company, order))
    assert [(it["code"], it["reason"]) for it in done["userErrors"]] == [("GATE_NOT_MET", reason)]
    assert (await company.told(order))[-1] == "reviewed"


async def test_no_answer_about_a_customer_is_no_good_standing(company, order, customers):
    customers.known.clear()
    done = await company.deed("confirm", await reviewed(company, order))
    assert reasons(done) == ["CUSTOMER_UNKNOWN"]


async def test_while_customers_is_away_nothing_is_confirmed(company, order, server):
    await reviewed(company, order)
    await keep(company, order, "ACTIVE")
    await server.stop(0)
    done = await company.deed("confirm", order)
    assert [it["code"] for it in done["userErrors"]] == ["DEPENDENCY_UNAVAILABLE"]
    assert (await company.seen(order))["status"] == "REVIEWED"


async def test_while_customers_is_away_its_last_word_still_refuses(company, order, server):
    await reviewed(company, order)
    await keep(company, order, "ON_HOLD")
    await server.stop(0)
    assert reasons(await company.deed("confirm", order)) == ["CUSTOMER_ON_HOLD"]
    assert (await company.told(order))[-1] == "reviewed"


async def keep(company, order, status):
    async with company.works.begin(Actor.system(company.tenant, "sales")) as work:
        work.add(Customer, id=await customer_of(company, order), sequence=1, status=status)


async def test_an_order_that_went_to_another_meanwhile_is_not_confirmed(company, order, customers):
    await reviewed(company, order)

    async def hand_over():
        given = {"customerId": new_id("cus")}
        await company.change("Order", "id", order, given)

    customers.meanwhile = hand_over
    assert reasons(await company.deed("confirm", order)) == ["VERSION_CONFLICT"]
    assert (await company.told(order))[-1] == "updated"


async def test_no_transaction_waits_for_the_answer(company, order, customers, sales_database):
    seen = []
    await reviewed(company, order)

    async def look():
        owner = connect(sales_database.app_url, pooled=False)
        async with owner.connect() as connection:
            seen.append(await connection.scalar(text(IN_TRANSACTION)))
        await owner.dispose()

    customers.meanwhile = look
    assert (await company.deed("confirm", order))["userErrors"] == []
    assert seen == [0]


IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in%'
"""


async def test_who_may_not_confirm_makes_nobody_ask(company, order, customers):
    agent = await company.employ("SERVICE_AGENT")
    done = await company.deed("confirm", await reviewed(company, order), agent)
    assert reasons(done) == ["FORBIDDEN"]
    assert customers.calls == []


async def test_an_order_that_is_not_there_makes_nobody_ask(company, customers):
    assert reasons(await company.deed("confirm", new_id("ord"))) == ["NOT_FOUND"]
    assert customers.calls == []


async def test_confirmed_twice_at_the_same_time_it_is_told_once(company, order):
    await reviewed(company, order)
    both = await asyncio.gather(*(company.deed("confirm", order) for _ in range(2)))
    assert sorted(map(reasons, both)) == [[], ["INVALID_TRANSITION"]]
    assert (await company.told(order)).count("confirmed") == 1
