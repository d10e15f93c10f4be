"""Leads through the graph: from the first sign until one is qualified or is none."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.ids import new_id
from services.chassis.refusals import Refusal
from services.sales.leads.model import Lead
from services.sales.leads.rules import DisqualificationReason, LeadSource, LeadStatus
from tests.sales.test_rules import NOW
from tests.support.asking import codes, reasons

LEAD = """id companyName personName email phone source interest status version owner { id }
    contactedAt qualifiedAt disqualifiedAt disqualifiedReason disqualifiedNote archivedAt"""
PERSON = {
    "personName": "Jon Canary",
    "email": "jon@canary.example",
    "phone": "+49 431 112345",
    "interest": "Canary lamps for his quay",
}


async def add(company, person=None, **given):
    given = {"companyName": "Nordlicht", "source": "WEB"} | given
    return await company.make("Lead", LEAD, given, person)


async def a_lead(company, **given):
    done = await add(company, **given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def deed(company, name, id, person=None, **given):
    return await company.act(f"{name}Lead", "lead", LEAD, id, person, **given)


async def found(company, where, order="COMPANY_NAME"):
    document = """query($w: LeadWhere, $o: [LeadOrder!]) {
        leads(where: $w, orderBy: $o) { nodes { companyName } } }"""
    nodes = (await company.ask(document, w=where, o=[{"field": order}]))["leads"]["nodes"]
    return [it["companyName"] for it in nodes]


async def test_a_lead_is_added_by_whoever_works_on_it(company):
    seller = await company.employ("SALES_REPRESENTATIVE")
    made = (await add(company, seller, source="EXHIBITION"))["made"]
    assert (made["status"], made["source"], made["owner"]) == ("NEW", "EXHIBITION", {"id": seller})
    [event] = await company.events(made["id"])
    assert event["type"] == "sales.lead.created.v1"
    told = {it: event["data"][it] for it in ("leadId", "source", "status", "ownerId")}
    assert told == {
        "leadId": made["id"],
        "source": "EXHIBITION",
        "status": "NEW",
        "ownerId": seller,
    }


async def test_of_a_person_nothing_is_told(company):
    id = await a_lead(company, **PERSON)
    await company.change("Lead", LEAD, id, {"personName": "Jo Canary"})
    await deed(company, "disqualify", id, reason="OTHER", note="Canary moved away")
    events = await company.events(id)
    assert events[1]["data"]["changed"] == ["personName"]
    assert "disqualifiedNote" in events[-1]["data"]["changed"]
    for secret in ("anary", "112345"):
        assert secret not in str(events)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"companyName": None}, "REQUIRED", ["input", "companyName"]),
        ({"companyName": " "}, "REQUIRED", ["input", "companyName"]),
        ({"email": "nobody"}, "INVALID", ["input", "email"]),
        ({"phone": "call me"}, "INVALID", ["input", "phone"]),
        ({"interest": "x" * 10_001}, "TOO_LONG", ["input", "interest"]),
    ],
)
async def test_a_lead_of_nobody_or_whom_nothing_reaches_is_refused(company, given, code, path):
    done = await add(company, **given)
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [(code, path)]
    assert await company.counted("lead") == 0
    assert await company.told() == []
    id = await a_lead(company)
    done = await company.change("Lead", LEAD, id, given)
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [(code, path)]
    assert await company.told(id) == ["created"]


async def test_a_lead_is_contacted_and_then_qualified(company):
    id = await a_lead(company)
    contacted = (await deed(company, "contact", id))["made"]
    assert (contacted["status"], contacted["qualifiedAt"]) == ("CONTACTED", None)
    assert contacted["contactedAt"] is not None
    qualified = (await deed(company, "qualify", id))["made"]
    assert qualified["status"] == "QUALIFIED"
    assert qualified["contactedAt"] == contacted["contactedAt"]
    assert await company.told(id) == ["created", "status_changed", "status_changed"]
    told = [it["data"] for it in await company.events(id)][1:]
    steps = [(it["fromStatus"], it["status"]) for it in told]
    assert steps == [("NEW", "CONTACTED"), ("CONTACTED", "QUALIFIED")]


async def test_whom_nobody_has_spoken_with_is_not_qualified(company):
    id = await a_lead(company)
    document = """mutation($id: ID!) { done: qualifyLead(id: $id) { userErrors {
        code ... on TransitionError { from to allowedNext } } } }"""
    [error] = (await company.ask(document, id=id))["done"]["userErrors"]
    assert error == {
        "code": "INVALID_TRANSITION",
        "from": "NEW",
        "to": "QUALIFIED",
        "allowedNext": ["CONTACTED", "DISQUALIFIED"],
    }
    assert await company.told(id) == ["created"]


async def test_a_disqualified_lead_says_why_and_stays_as_it_is(company):
    id = await a_lead(company)
    other = await company.employ("SALES_REPRESENTATIVE")
    made = (await deed(company, "disqualify", id, reason="NO_BUDGET", note="Next year"))["made"]
    assert (made["status"], made["disqualifiedReason"]) == ("DISQUALIFIED", "NO_BUDGET")
    assert made["disqualifiedNote"] == "Next year"
    assert (await company.events(id))[-1]["data"]["disqualifiedReason"] == "NO_BUDGET"
    for done in (
        await deed(company, "contact", id),
        await deed(company, "qualify", id),
        await deed(company, "disqualify", id, reason="OTHER"),
        await deed(company, "assign", id, ownerId=other),
        await company.change("Lead", LEAD, id, {"companyName": "Another"}),
    ):
        assert reasons(done) == ["LEAD_DISQUALIFIED"]
    assert await company.told(id) == ["created", "status_changed"]


async def test_a_lead_is_assigned_to_somebody_who_works_here_by_somebody_who_may(company):
    id = await a_lead(company)
    seller = await company.employ("SALES_REPRESENTATIVE")
    gone = await company.employ("SALES_REPRESENTATIVE", is_active=False)
    for owner, reason in ((gone, "STAFF_USER_INACTIVE"), (new_id("usr"), "NOT_FOUND")):
        done = await deed(company, "assign", id, ownerId=owner)
        assert [(it["reason"], it["path"]) for it in done["userErrors"]] == [
            (reason, ["input", "ownerId"])
        ]
    assert codes(await deed(company, "assign", id, seller, ownerId=seller)) == ["FORBIDDEN"]
    assert await company.told(id) == ["created"]
    done = await deed(company, "assign", id, ownerId=seller)
    assert done["made"]["owner"] == {"id": seller}
    assert [it["type"] for it in done["events"]] == ["sales.lead.assigned.v1"]


async def test_many_leads_are_assigned_at_once_if_they_are_as_many_as_said(company):
    for name in ("a", "b", "c"):
        await a_lead(company, companyName=name, source="CALL" if name == "c" else "WEB")
    seller = await company.employ("SALES_REPRESENTATIVE")
    document = """mutation($o: ID!, $n: Int!) { done: assignLeads(
        where: {source: {eq: WEB}}, input: {ownerId: $o}, expectedCount: $n) {
        results { lead { companyName } } events { type } userErrors { reason } } }"""
    refused = (await company.ask(document, o=seller, n=3))["done"]
    assert reasons(refused) == ["COUNT_DIFFERS"]
    done = (await company.ask(document, o=seller, n=2))["done"]
    assert sorted(it["lead"]["companyName"] for it in done["results"]) == ["a", "b"]
    assert await found(company, {"ownerId": {"eq": seller}}) == ["a", "b"]


async def test_leads_are_found_by_source_state_and_words(company):
    for name, source in (("b", "WEB"), ("a", "REFERRAL"), ("c", "WEB")):
        id = await a_lead(company, companyName=name, source=source, interest=f"{name} lamps")
    await deed(company, "contact", id)
    assert await found(company, {"source": {"eq": "WEB"}}) == ["b", "c"]
    assert await found(company, {"status": {"in": ["NEW"]}}) == ["a", "b"]
    assert await found(company, {"interest": {"contains": "C LAMPS"}}) == ["c"]
    assert await found(company, {"contactedAt": {"within": {"last": 1, "unit": "DAY"}}}) == ["c"]
    assert await found(company, {"source": {"in": []}}) == []


async def test_leads_brought_in_twice_are_one_and_keep_the_state_they_had(company):
    history = {"status": "DISQUALIFIED", "disqualifiedReason": "NO_NEED"}
    items = [
        {
            "externalRef": {"source": "fair", "id": str(n)},
            "input": {"companyName": f"Stand {n}", "source": "EXHIBITION"},
            **({"history": history} if n else {}),
        }
        for n in range(2)
    ]
    first, told = await company.upsert("leads", "lead", LEAD, items)
    assert [it["made"]["status"] for it in first] == ["NEW", "DISQUALIFIED"]
    assert told == ["sales.lead.created.v1"] * 2
    again, told = await company.upsert("leads", "lead", LEAD, items)
    assert ([it["status"] for it in again], told) == (["UNCHANGED"] * 2, [])
    seller = await company.employ("SALES_REPRESENTATIVE")
    refused, _told = await company.upsert("leads", "lead", LEAD, items[1:], seller)
    assert reasons(refused[0]) == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("history", "reason", "place"),
    [
        ({"status": "DISQUALIFIED"}, "REQUIRED", "disqualifiedReason"),
        ({"ownerId": new_id("usr")}, "NOT_FOUND", "ownerId"),
    ],
)
async def test_a_past_that_cannot_have_been_is_not_brought_in(company, history, reason, place):
    given = {"companyName": "Stand 1", "source": "EXHIBITION"}
    ref = {"source": "fair", "id": "1"}
    items = [{"externalRef": ref, "input": given, "history": history}]
    [refused], told = await company.upsert("leads", "lead", LEAD, items)
    assert [(it["reason"], it["path"][-1]) for it in refused["userErrors"]] == [(reason, place)]
    assert (told, await company.counted("lead")) == ([], 0)


async def test_a_lead_is_put_away_brought_back_and_removed(company):
    id = await a_lead(company)
    manager = await company.employ("SALES_MANAGER")
    assert (await deed(company, "archive", id))["made"]["archivedAt"]
    assert await found(company, {}) == []
    assert reasons(await deed(company, "contact", id)) == ["RECORD_ARCHIVED"]
    assert (await deed(company, "restore", id))["made"]["archivedAt"] is None
    await deed(company, "archive", id)
    assert codes(await deed(company, "purge", id, manager)) == ["FORBIDDEN"]
    await deed(company, "purge", id)
    assert await company.counted("lead") == 0
    assert await company.told(id) == ["created", "archived", "restored", "archived", "purged"]


async def test_contacted_twice_at_the_same_time_it_is_told_once(company):
    id = await a_lead(company)
    both = await asyncio.gather(*(deed(company, "contact", id) for _ in range(2)))
    [refused] = [it for it in both if it["userErrors"]]
    assert codes(refused)[0] in ("VERSION_CONFLICT", "INVALID_TRANSITION")
    assert await company.told(id) == ["created", "status_changed"]


async def test_an_agent_sees_no_lead_and_adds_none(company):
    id = await a_lead(company)
    agent = await company.employ("SERVICE_AGENT")
    answer = await company.answer("query($id: ID!) { lead(id: $id) { id } }", agent, id=id)
    assert answer["data"] == {"lead": None}
    assert codes(await add(company, agent)) == ["FORBIDDEN"]
    assert await company.counted("lead") == 1


@given(some.lists(some.sampled_from(["contact", "qualify", "disqualify"]), max_size=10))
def test_whatever_is_tried_a_lead_is_qualified_only_after_it_was_contacted(deeds):
    lead = Lead(id="lea_1", company_name="A", source=LeadSource.WEB, status=LeadStatus.NEW)
    told = []
    tries = {
        "contact": lambda: lead.contact(at=NOW),
        "qualify": lambda: lead.qualify(at=NOW),
        "disqualify": lambda: lead.disqualify(DisqualificationReason.OTHER, None, at=NOW),
    }
    for it in deeds:
        try:
            told.append(tries[it]().status)
        except Refusal:
            continue
    way = [it for it in told if it != "DISQUALIFIED"]
    assert way == ["CONTACTED", "QUALIFIED"][: len(way)]
    assert "DISQUALIFIED" not in told[:-1]
    assert (lead.disqualified_reason is None) == (lead.status is not LeadStatus.DISQUALIFIED)
