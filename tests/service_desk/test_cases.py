"""Cases, through the graph."""

from services.chassis.ids import new_id
from tests.service_desk.desk import Desk


async def test_a_new_case_has_a_number_and_nobody_works_on_it_yet(desk):
    done = await desk.open(priority="HIGH")
    assert done["userErrors"] == []
    assert done["case"]["status"] == "NEW"
    assert done["case"]["owner"] is None
    assert done["case"]["number"].startswith("C-20")
    assert done["case"]["number"].endswith("-00001")
    assert [it["type"] for it in done["events"]] == ["service_desk.case.opened.v1"]


async def test_a_case_goes_its_way_and_each_step_is_told_once(desk):
    id = await desk.opened()
    await desk.do("assignCase", id, ownerId=desk.person)
    for deed in ("startCase", "waitOnCase", "startCase"):
        await desk.do(deed, id)
    await desk.do("resolveCase", id, resolution="A new lamp")
    await desk.do("closeCase", id)
    done = await desk.do("reopenCase", id, reason="It went out again")
    assert done["case"]["status"] == "OPEN"
    assert done["case"]["resolution"] is None
    told = "opened assigned started waiting started resolved closed reopened"
    assert await desk.told(id) == told.split()
    assert [it["sequence"] for it in await desk.events(id)] == list(range(1, 9))


async def test_a_resolution_may_be_long_but_not_without_end(desk):
    id = await desk.opened()
    await desk.do("startCase", id)
    done = await desk.do("resolveCase", id, resolution="x" * 10_001)
    assert done["userErrors"][0]["code"] == "TOO_LONG"
    done = await desk.do("resolveCase", id, resolution="x" * 10_000)
    assert done["userErrors"] == []
    assert await desk.told(id) == ["opened", "started", "resolved"]


async def test_what_a_customer_wrote_never_travels(desk):
    secret = "My neighbour Mary Miller broke it"
    id = await desk.opened(subject=secret, description=secret)
    await desk.do("startCase", id)
    await desk.do("resolveCase", id, resolution=secret)
    await desk.do("reopenCase", id, reason=secret)
    told = str(await desk.events(id))
    assert "Mary" not in told
    assert "resolution" in told  # that it changed is no secret


async def test_a_step_that_cannot_be_leaves_no_trace(desk):
    id = await desk.opened()
    done = await desk.do("resolveCase", id, resolution="Nothing was done")
    assert done["case"] is None
    assert done["userErrors"][0]["code"] == "INVALID_TRANSITION"
    assert done["userErrors"][0]["message"] == "NEW cannot become RESOLVED"
    assert await desk.told(id) == ["opened"]
    assert len(await desk.audited(id)) == 1


async def test_a_case_that_has_ended_stays_as_it_is(desk):
    id = await desk.opened()
    await desk.do("startCase", id)
    await desk.do("resolveCase", id, resolution="A new lamp")
    done = await desk.do("updateCase", id, priority="LOW")
    assert done["userErrors"][0]["reason"] == "CASE_ENDED"
    done = await desk.do("assignCase", id, ownerId=desk.person)
    assert done["userErrors"][0]["reason"] == "CASE_ENDED"
    assert await desk.told(id) == ["opened", "started", "resolved"]
    found = await desk.ask("query($id: ID!) { case(id: $id) { priority owner { id } } }", id=id)
    assert found["case"] == {"priority": "NORMAL", "owner": None}


async def test_an_update_that_changes_nothing_says_nothing(desk):
    id = await desk.opened(priority="LOW")
    done = await desk.do("updateCase", id, priority="LOW")
    assert done["userErrors"] == done["changedFields"] == done["events"] == []
    assert done["case"]["version"] == 1
    done = await desk.do("updateCase", id, priority="URGENT")
    assert done["changedFields"] == ["priority"]
    assert await desk.told(id) == ["opened", "updated"]


async def test_a_case_goes_only_to_somebody_who_works_here(desk):
    id = await desk.opened()
    gone = await desk.employ("SERVICE_AGENT", is_active=False)
    for owner, reason in ((gone, "STAFF_USER_INACTIVE"), (new_id("usr"), "NOT_FOUND")):
        done = await desk.do("assignCase", id, ownerId=owner)
        assert done["userErrors"][0]["reason"] == reason
        assert done["userErrors"][0]["path"] == ["input", "ownerId"]
    assert await desk.told(id) == ["opened"]


async def test_who_sells_may_open_a_case_and_no_more(desk):
    seller = await desk.employ("SALES_REPRESENTATIVE")
    id = (await desk.open(seller))["case"]["id"]
    done = await desk.do("startCase", id, seller)
    assert done["userErrors"][0]["code"] == "FORBIDDEN"
    assert await desk.told(id) == ["opened"]


async def test_who_has_left_sees_and_does_nothing(desk):
    gone = await desk.employ("ADMINISTRATOR", is_active=False)
    assert (await desk.open(gone))["userErrors"][0]["code"] == "FORBIDDEN"
    answer = await desk.answer("{ cases { nodes { id } } }", gone)
    assert answer["data"] == {"cases": None}
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await desk.counted("service_case") == 0


async def test_a_refused_case_takes_no_number(desk):
    done = await desk.open(customerId="usr_01j9zzzzzzzzzzzzzzzzzzzzzz")
    assert done["userErrors"][0]["path"] == ["input", "customerId"]
    assert (await desk.open())["case"]["number"].endswith("-00001")


async def test_a_stale_step_is_refused(desk):
    id = await desk.opened()
    await desk.do("startCase", id)
    document = """mutation($id: ID!) {
        waitOnCase(id: $id, expectedVersion: 1) { userErrors { code } } }"""
    done = await desk.ask(document, id=id)
    assert done["waitOnCase"]["userErrors"] == [{"code": "VERSION_CONFLICT"}]
    assert await desk.told(id) == ["opened", "started"]


async def test_a_customer_s_cases_hang_on_the_customer(desk):
    customer, other = new_id("cus"), new_id("cus")
    for subject in ("One", "Two"):
        await desk.opened(customerId=customer, subject=subject)
    document = """query($them: [_Any!]!) { _entities(representations: $them) {
        ... on Customer { id cases(orderBy: [{field: NUMBER}]) { nodes { subject } } } } }"""
    them = [{"__typename": "Customer", "id": it} for it in (customer, other)]
    found = (await desk.ask(document, them=them))["_entities"]
    assert [it["subject"] for it in found[0]["cases"]["nodes"]] == ["One", "Two"]
    assert found[1] == {"id": other, "cases": {"nodes": []}}


async def test_cases_are_found_by_status_and_owner(desk):
    mine, theirs = await desk.opened(), await desk.opened()
    await desk.do("assignCase", mine, ownerId=desk.person)
    await desk.do("startCase", theirs)
    document = "query($where: CaseWhere) { cases(where: $where) { nodes { id } } }"

    async def found(where):
        return [it["id"] for it in (await desk.ask(document, where=where))["cases"]["nodes"]]

    assert await found({"ownerId": {"eq": desk.person}}) == [mine]
    assert await found({"status": {"in": ["OPEN"]}}) == [theirs]


async def test_another_company_sees_none_of_it(desk, engine):
    id = await desk.opened()
    other = Desk(engine, new_id("company"))
    await other.employ("ADMINISTRATOR")
    found = await other.ask(
        "query($id: ID!) { case(id: $id) { id } cases { nodes { id } } }", id=id
    )
    assert found == {"case": None, "cases": {"nodes": []}}
    assert (await other.do("startCase", id))["userErrors"][0]["code"] == "NOT_FOUND"
    assert await desk.told(id) == ["opened"]
