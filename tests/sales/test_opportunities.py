"""Opportunities through the graph."""

import asyncio

import pytest

from services.chassis.ids import new_id
from tests.sales.company import OPPORTUNITY
from tests.support.asking import reasons

STAGES = ["PROPOSAL_PROVIDED", "PROPOSAL_EVALUATED", "NEGOTIATION", "CONTRACT_SIGNED"]


async def an_opportunity(company, **given):
    given = {"customerId": new_id("cus"), "name": "A kitchen"} | given
    done = await company.make("Opportunity", OPPORTUNITY, given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def deed(company, name, id, person=None, **given):
    return await company.act(f"{name}Opportunity", "opportunity", OPPORTUNITY, id, person, **given)


async def advance(company, id, times=1):
    for _ in range(times):
        done = await deed(company, "advance", id)
    return done


async def test_whoever_makes_a_record_answers_for_it_but_for_a_product(company):
    seller = await company.employ("ADMINISTRATOR")
    given = {
        "Opportunity": {"customerId": new_id("cus"), "name": "A kitchen"},
        "Order": {"customerId": new_id("cus"), "currency": "USD"},
        "Product": {"name": "Chai"},
    }
    owners = {
        record: (await company.make(record, "owner { id }", it, seller))["made"]["owner"]
        for record, it in given.items()
    }
    assert owners == {"Opportunity": {"id": seller}, "Order": {"id": seller}, "Product": None}


async def test_an_opportunity_is_set_up(company):
    id = await an_opportunity(company, amount={"amount": "1200.00", "currency": "EUR"})
    found = await company.ask(
        "query($id: ID!) { opportunity(id: $id) { stage status probability"
        " weightedAmount { amount currency } } }",
        id=id,
    )
    assert found["opportunity"] == {
        "stage": "SET_UP",
        "status": "OPEN",
        "probability": 10,
        "weightedAmount": {"amount": "120.0000", "currency": "EUR"},
    }
    assert await company.told(id) == ["created"]


async def test_it_advances_stage_by_stage_until_it_is_won_and_implemented(company):
    id = await an_opportunity(company)
    assert [(await advance(company, id))["made"]["stage"] for _ in range(4)] == STAGES
    done = await advance(company, id)
    assert (done["made"]["stage"], done["made"]["status"]) == ("IMPLEMENTATION", "WON")
    assert await company.told(id) == ["created", *["stage_changed"] * 3, "won", "stage_changed"]
    assert reasons(await advance(company, id)) == ["LAST_STAGE"]


async def test_a_stage_cannot_be_skipped(company):
    id = await an_opportunity(company)
    done = await deed(company, "advance", id, to="NEGOTIATION")
    assert reasons(done) == ["INVALID_TRANSITION"]
    assert done["events"] == []
    done = await deed(company, "advance", id, to="PROPOSAL_PROVIDED")
    assert done["made"]["stage"] == "PROPOSAL_PROVIDED"


async def test_what_changed_stage_tells_from_where(company):
    id = await an_opportunity(company)
    await advance(company, id)
    event = (await company.events(id))[-1]
    assert event["data"]["fromStage"] == "SET_UP"
    assert event["data"]["stage"] == "PROPOSAL_PROVIDED"


async def test_what_was_negotiated_can_be_won(company):
    id = await an_opportunity(company)
    await advance(company, id, 3)
    done = await deed(company, "win", id)
    made = done["made"]
    assert (made["stage"], made["status"]) == ("CONTRACT_SIGNED", "WON")
    assert made["probability"] == 100
    assert made["closedAt"] is not None
    assert [it["type"] for it in done["events"]] == ["sales.opportunity.won.v1"]


async def test_what_was_not_negotiated_cannot_be_won(company):
    id = await an_opportunity(company)
    done = await deed(company, "win", id)
    assert reasons(done) == ["OPPORTUNITY_NOT_NEGOTIATED"]
    assert await company.told(id) == ["created"]


async def test_an_opportunity_is_lost_for_a_reason(company):
    id = await an_opportunity(company)
    done = await deed(company, "lose", id, reason="PRICE")
    made = done["made"]
    assert (made["status"], made["lostReason"], made["probability"]) == ("LOST", "PRICE", 0)
    assert (await company.events(id))[-1]["data"]["reason"] == "PRICE"


async def test_what_else_is_said_of_a_loss_is_kept_and_told_to_nobody(company):
    id = await an_opportunity(company)
    done = await deed(company, "lose", id, reason="OTHER", note="Jon Canary left the company")
    assert done["userErrors"] == []
    (event,) = [it for it in await company.events(id) if it["type"].endswith("lost.v1")]
    assert event["data"]["reason"] == "OTHER"
    assert "lostNote" in event["data"]["changed"]
    assert "Canary" not in str(event)


@pytest.mark.parametrize("note", ["", "  ", "x" * 10_001])
async def test_a_note_that_says_nothing_or_a_novel_is_refused(company, note):
    id = await an_opportunity(company)
    done = await deed(company, "lose", id, reason="PRICE", note=note)
    assert done["userErrors"][0]["path"] == ["input", "note"]
    assert await company.told(id) == ["created"]


async def test_a_closed_opportunity_stays_as_it_is(company):
    id = await an_opportunity(company)
    await deed(company, "lose", id, reason="PRICE")
    for done in (
        await deed(company, "win", id),
        await deed(company, "lose", id, reason="OTHER"),
        await deed(company, "advance", id),
        await company.change("Opportunity", OPPORTUNITY, id, {"name": "Another"}),
    ):
        assert reasons(done) == ["OPPORTUNITY_CLOSED"]
        assert done["made"] is None
    assert await company.told(id) == ["created", "lost"]


@pytest.mark.parametrize("probability", [-1, 101])
async def test_a_probability_outside_of_0_to_100_is_refused(company, probability):
    id = await an_opportunity(company)
    done = await company.change("Opportunity", OPPORTUNITY, id, {"probability": probability})
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("OUT_OF_RANGE", ["input", "probability"])
    ]
    assert await company.told(id) == ["created"]


async def test_a_stale_change_is_refused(company):
    id = await an_opportunity(company)
    await company.change("Opportunity", OPPORTUNITY, id, {"name": "A bath"})
    done = await company.change("Opportunity", OPPORTUNITY, id, {"name": "A sauna"}, version=1)
    assert reasons(done) == ["VERSION_CONFLICT"]
    assert await company.told(id) == ["created", "updated"]


async def test_won_twice_at_the_same_time_it_is_won_once(company):
    id = await an_opportunity(company)
    await advance(company, id, 3)
    both = await asyncio.gather(*(deed(company, "win", id) for _ in range(2)))
    [refused] = [it for it in both if it["userErrors"]]
    assert reasons(refused)[0] in ("VERSION_CONFLICT", "OPPORTUNITY_CLOSED")
    assert (await company.told(id)).count("won") == 1


async def test_a_customer_shows_what_may_be_sold_to_it(company):
    customer = new_id("cus")
    id = await an_opportunity(company, customerId=customer)
    await an_opportunity(company)
    found = await company.ask(
        "query($of: [_Any!]!) { _entities(representations: $of)"
        " { ... on Customer { opportunities { nodes { id } } orders { nodes { id } } } } }",
        of=[{"__typename": "Customer", "id": customer}],
    )
    assert found["_entities"] == [
        {"opportunities": {"nodes": [{"id": id}]}, "orders": {"nodes": []}}
    ]


async def test_an_agent_sees_no_opportunity(company):
    id = await an_opportunity(company)
    agent = await company.employ("SERVICE_AGENT")
    answer = await company.answer("query($id: ID!) { opportunity(id: $id) { id } }", agent, id=id)
    assert answer["data"] == {"opportunity": None}
