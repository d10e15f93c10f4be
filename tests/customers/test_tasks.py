"""Tasks through the graph: what is to be done, by whom, until when."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.ids import new_id
from services.chassis.refusals import Refusal
from services.customers.tasks.rules import check_reminder
from services.customers.timeline.subscribers import subscriptions
from tests.customers.office import refusals
from tests.support import telling
from tests.support.asking import codes, reasons
from tests.support.waiting import until

TASK = """id subject description status priority dueAt remindAt completedAt outcome version
    archivedAt owner { id } customer { id }"""
TIMES = some.one_of(some.none(), some.datetimes(timezones=some.just(UTC)))


async def add(office, person=None, **given):
    return await office.make("Task", TASK, {"subject": "Call back"} | given, person)


async def a_task(office, **given):
    done = await add(office, **given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def deed(office, name, id, person=None, **given):
    return await office.act(f"{name}Task", "task", TASK, id, person, **given)


async def found(office, **where):
    document = """query($w: TaskWhere) { tasks(where: $w, orderBy: [{field: DUE_AT}]) {
        nodes { subject } } }"""
    return [it["subject"] for it in (await office.ask(document, w=where))["tasks"]["nodes"]]


async def test_a_task_is_about_a_customer_and_is_done_by_whoever_adds_it(office):
    customer, agent = await office.customer(), await office.employ("SERVICE_AGENT")
    made = (await add(office, agent, customerId=customer, dueAt="2026-03-01T12:00:00Z"))["made"]
    assert (made["status"], made["priority"]) == ("OPEN", "NORMAL")
    assert (made["owner"], made["customer"]) == ({"id": agent}, {"id": customer})
    [event] = await office.events(made["id"])
    assert event["type"] == "customers.task.created.v1"
    assert (event["data"]["customerId"], event["data"]["ownerId"]) == (customer, agent)
    document = "query($id: ID!) { customer(id: $id) { tasks { nodes { id } } } }"
    answer = await office.ask(document, id=customer)
    assert answer["customer"]["tasks"]["nodes"] == [{"id": made["id"]}]


async def test_a_task_may_be_about_nobody(office):
    made = (await add(office))["made"]
    assert made["customer"] is None
    assert await office.told(made["id"]) == ["created"]


async def test_what_is_to_be_done_and_what_came_of_it_is_told_to_nobody(office):
    id = await a_task(office, subject="Canary call", description="Canary wants lamps")
    done = await deed(office, "complete", id, outcome="Canary has lamps")
    assert done["made"]["outcome"] == "Canary has lamps"
    events = await office.events(id)
    assert "outcome" in events[-1]["data"]["changed"]
    assert "Canary" not in str(events)


async def test_a_task_is_begun_done_and_taken_up_once_more(office):
    id = await a_task(office)
    assert (await deed(office, "start", id))["made"]["status"] == "IN_PROGRESS"
    done = (await deed(office, "complete", id, outcome="Reached"))["made"]
    assert (done["status"], done["outcome"]) == ("DONE", "Reached")
    assert done["completedAt"] is not None
    again = (await deed(office, "reopen", id))["made"]
    assert (again["status"], again["completedAt"], again["outcome"]) == ("OPEN", None, None)
    assert await office.told(id) == ["created", "started", "completed", "reopened"]


@pytest.mark.parametrize("end", ["complete", "cancel"])
async def test_a_task_that_has_ended_stays_as_it_is_until_it_is_reopened(office, end):
    id = await a_task(office)
    assert reasons(await deed(office, "reopen", id)) == ["TASK_NOT_ENDED"]
    ended = (await deed(office, end, id))["made"]
    other = await office.employ("SERVICE_AGENT")
    for done in (
        await deed(office, "start", id),
        await deed(office, "complete", id),
        await deed(office, "cancel", id),
        await deed(office, "reassign", id, ownerId=other),
        await office.change("Task", TASK, id, {"subject": "Another"}),
    ):
        assert reasons(done) == ["TASK_ENDED"]
    assert len(await office.told(id)) == 2
    unchanged = await office.change("Task", TASK, id, {"subject": ended["subject"]})
    assert (unchanged["userErrors"], unchanged["changedFields"]) == ([], [])


async def test_what_is_being_done_is_not_begun_again(office):
    id = await a_task(office)
    await deed(office, "start", id)
    assert codes(await deed(office, "start", id)) == ["INVALID_TRANSITION"]
    assert await office.told(id) == ["created", "started"]


async def test_a_task_is_given_to_somebody_who_works_here(office):
    id = await a_task(office)
    agent = await office.employ("SERVICE_AGENT")
    gone = await office.employ("SERVICE_AGENT", is_active=False)
    for owner, code in ((gone, "INVALID"), (new_id("usr"), "NOT_FOUND")):
        assert refusals(await deed(office, "reassign", id, ownerId=owner)) == [
            (code, "input.ownerId")
        ]
        assert refusals(await add(office, ownerId=owner)) == [(code, "input.ownerId")]
    assert await office.told() == ["created"]
    done = await deed(office, "reassign", id, ownerId=agent)
    assert done["made"]["owner"] == {"id": agent}
    event = (await office.events(id))[-1]
    assert event["type"] == "customers.task.reassigned.v1"
    assert (event["data"]["fromOwnerId"], event["data"]["ownerId"]) == (office.person, agent)


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"subject": " "}, ("REQUIRED", "input.subject")),
        ({"dueAt": "2026-03-01T12:00:00"}, ("INVALID", "input.dueAt")),
        (
            {"dueAt": "2026-03-01T12:00:00Z", "remindAt": "2026-03-01T12:00:01Z"},
            ("OUT_OF_RANGE", "input.remindAt"),
        ),
        ({"description": "x" * 10_001}, ("TOO_LONG", "input.description")),
    ],
)
async def test_a_task_that_cannot_be_is_refused(office, wrong, refused):
    assert refusals(await add(office, **wrong)) == [refused]
    assert await office.counted("task") == 0
    id = await a_task(office)
    assert refusals(await office.change("Task", TASK, id, wrong)) == [refused]
    assert await office.told(id) == ["created"]


async def test_no_task_is_about_a_customer_of_another_company(office, rival):
    theirs = await rival.customer()
    assert codes(await add(office, customerId=theirs)) == ["NOT_FOUND"]
    id = await a_task(office)
    assert codes(await office.change("Task", TASK, id, {"customerId": theirs})) == ["NOT_FOUND"]
    assert await office.told(id) == ["created"]


async def test_ones_own_tasks_and_those_overdue_are_found_by_filters(office):
    agent, now = await office.employ("SERVICE_AGENT"), datetime.now(UTC)
    for days, subject in ((-2, "late"), (-1, "done late"), (2, "soon"), (20, "later")):
        due = (now + timedelta(days=days)).isoformat()
        id = await a_task(office, subject=subject, dueAt=due, ownerId=agent)
        if subject == "done late":
            await deed(office, "complete", id)
    await a_task(office, subject="not mine")
    mine = {"ownerId": {"eq": agent}}
    going_on = {"status": {"in": ["OPEN", "IN_PROGRESS"]}}
    assert await found(office, **mine) == ["late", "done late", "soon", "later"]
    overdue = {"dueAt": {"lt": now.isoformat()}}
    assert await found(office, **mine, **going_on, **overdue) == ["late"]
    week = {"dueAt": {"within": {"next": 7, "unit": "DAY"}}}
    assert await found(office, **mine, **week) == ["soon"]
    assert await found(office, customerId={"isNull": True}, **going_on) == [
        *("late", "soon", "later"),
        "not mine",
    ]


async def test_many_tasks_are_done_and_given_away_at_once(office):
    agent = await office.employ("SERVICE_AGENT")
    for subject in ("a", "b", "c"):
        await a_task(office, subject=subject)
    document = """mutation($w: TaskWhere!, $n: Int!, $o: ID!) {
        done: reassignTasks(where: $w, input: {ownerId: $o}, expectedCount: $n) {
          results { status } events { type } userErrors { code reason } } }"""
    given = {"w": {"subject": {"in": ["a", "b"]}}, "o": agent}
    assert reasons((await office.ask(document, **given, n=3))["done"]) == ["COUNT_DIFFERS"]
    done = (await office.ask(document, **given, n=2))["done"]
    assert [it["type"] for it in done["events"]] == ["customers.task.reassigned.v1"] * 2
    document = """mutation { done: completeTasks(where: {ownerId: {isNull: false}},
        expectedCount: 3) { results { task { status } } userErrors { code } } }"""
    done = (await office.ask(document))["done"]
    assert [it["task"]["status"] for it in done["results"]] == ["DONE"] * 3


async def test_tasks_brought_in_twice_are_there_once_with_the_state_they_had(office):
    history = {"status": "DONE", "completedAt": "2020-01-02T03:04:05Z"}
    items = [
        {
            "externalRef": {"source": "old", "id": str(n)},
            "input": {"subject": f"task {n}"},
            **({"history": history} if n else {}),
        }
        for n in range(2)
    ]
    first, told = await office.upsert("tasks", "task", TASK, items)
    assert [it["made"]["status"] for it in first] == ["OPEN", "DONE"]
    assert told == ["customers.task.created.v1"] * 2
    again, told = await office.upsert("tasks", "task", TASK, items)
    assert ([it["status"] for it in again], told) == (["UNCHANGED"] * 2, [])


async def test_a_task_is_put_away_brought_back_and_removed(office):
    customer = await office.customer()
    id, seller = await a_task(office, customerId=customer), await office.employ("SALES_MANAGER")
    await deed(office, "archive", id)
    assert await found(office) == []
    assert reasons(await deed(office, "start", id)) == ["RECORD_ARCHIVED"]
    await deed(office, "restore", id)
    assert await found(office) == ["Call back"]
    await deed(office, "archive", id)
    assert codes(await deed(office, "purge", id, seller)) == ["FORBIDDEN"]
    await deed(office, "purge", id)
    assert await office.counted("task") == 0
    assert await office.told(id) == ["created", "archived", "restored", "archived", "purged"]


STORY = "query($id: ID!) { customer(id: $id) { timeline { nodes { kind title subject } } } }"


async def test_a_task_done_about_a_customer_stands_in_its_story_and_one_about_nobody_in_none(
    office, stream
):
    customer, task = await office.customer(), new_id("tsk")
    async with telling.listening(subscriptions, office.works, stream):
        tell = partial(telling.tell, stream, office.tenant, "customers.task.completed.v1")
        await tell(new_id("tsk"), 1, customerId=None)
        await tell(task, 1, customerId=customer)
        await tell(new_id("tsk"), 1, customerId=await office.customer())

        async def both_were_noted():
            return await office.counted("inbox") == 3 and await office.counted("timeline_entry")

        assert await until(both_were_noted) == 2
    nodes = (await office.ask(STORY, id=customer))["customer"]["timeline"]["nodes"]
    told = {"kind": "customers.task.completed.v1", "title": "A task was done", "subject": task}
    assert nodes == [told]


@given(TIMES, TIMES)
def test_one_is_reminded_before_a_task_is_due_or_of_one_that_is_never_due(remind_at, due_at):
    if remind_at and due_at and remind_at > due_at:
        with pytest.raises(Refusal):
            check_reminder(remind_at, due_at)
    else:
        check_reminder(remind_at, due_at)
