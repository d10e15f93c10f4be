"""The timeline: what it hears of, and how it puts it into words."""

from functools import partial
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.ids import new_id
from services.customers.interactions.model import Channel, InteractionDirection
from services.customers.timeline import rules
from services.customers.timeline.subscribers import subscriptions
from tests.support import telling
from tests.support.waiting import until

TYPES = sorted({type for type, _model in subscriptions.readers()})
TITLES = {
    "sales.opportunity.won.v1": "An opportunity was won",
    "sales.order.placed.v1": "Order O-2026-00001 was placed",
    "service_desk.case.opened.v1": "Case O-2026-00001 was opened",
    "customers.interaction.logged.v1": "Outbound visit",
}


@pytest.mark.parametrize(("type", "title"), TITLES.items())
def test_a_title_says_what_happened(type, title):
    told = {"number": "O-2026-00001", "channel": "VISIT", "direction": "OUTBOUND"}
    assert rules.title(type, **told) == title


def test_every_title_is_of_a_type_that_is_listened_to():
    assert sorted(rules.TITLES) == TYPES


@given(
    some.sampled_from(TYPES),
    some.text(max_size=40),
    some.sampled_from(Channel),
    some.sampled_from(InteractionDirection),
)
def test_every_type_that_is_listened_to_has_a_title(type, number, channel, direction):
    title = rules.title(type, number=number, channel=channel.name, direction=direction.name)
    assert title.strip()
    assert title[0] == title[0].upper()
    named = {it[1] for it in Formatter().parse(rules.TITLES[type])}
    assert number in title or "number" not in named
    assert len(title) <= 200  # as much as the column holds


@pytest.fixture
async def tell(office, stream):
    """The timeline with its ears open, and a way to tell it something."""
    async with telling.listening(subscriptions, office.works, stream):
        yield partial(telling.tell, stream, office.tenant)


STORY = """query($id: ID!) { customer(id: $id) { timeline(orderBy: [{field: HAPPENED_AT}]) {
    nodes { kind title subject happenedAt } } } }"""


async def story(office, customer):
    return (await office.ask(STORY, id=customer))["customer"]["timeline"]["nodes"]


async def grown(office, customer, size):
    async def is_so():
        found = await story(office, customer)
        return found if len(found) == size else None

    return await until(is_so)


async def test_a_story_is_gathered_from_all_services_and_each_part_of_it_once(office, tell):
    customer, order, case = await office.customer(), new_id("ord"), new_id("cas")
    sales = {"customerId": customer, "number": "O-2026-00001"}
    desk = {"customerId": customer, "number": "C-2026-00007"}
    for _twice in range(2):
        await tell("sales.order.created.v1", order, 1, **sales, placedOn="1997-07-04")
        await tell("sales.order.placed.v1", order, 2, **sales)
        await tell("service_desk.case.opened.v1", case, 1, **desk)
    told = await grown(office, customer, 3)
    assert told[0]["title"] == "Order O-2026-00001 was drawn up"
    assert told[0]["happenedAt"].startswith("1997-07-04T00:00:00")
    assert {(it["kind"], it["subject"]) for it in told} == {
        ("sales.order.created.v1", order),
        ("sales.order.placed.v1", order),
        ("service_desk.case.opened.v1", case),
    }
    assert {it["happenedAt"][:10] for it in told[1:]} == {"2026-03-01"}
    assert await office.told() == ["created"]  # a story tells nothing further


async def test_a_deed_that_belongs_to_no_story_is_stepped_over(office, tell):
    customer, order = await office.customer(), new_id("ord")
    told = {"customerId": customer, "number": "O-2026-00001"}
    await tell("sales.order.created.v1", order, 1, **told)
    await tell("sales.order.repriced.v1", order, 2, **told)
    await tell("sales.order.placed.v1", order, 3, **told)
    found = await grown(office, customer, 2)
    assert "sales.order.repriced.v1" not in {it["kind"] for it in found}


async def test_the_story_of_another_companys_customer_is_not_seen(office, rival, tell):
    customer, opportunity = await office.customer(), new_id("opp")
    await tell("sales.opportunity.won.v1", opportunity, 1, customerId=customer)
    await tell("sales.opportunity.created.v1", new_id("opp"), 1, customerId=customer)
    await grown(office, customer, 1)
    assert await rival.counted("timeline_entry") == 0
