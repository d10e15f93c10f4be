"""What guests of the portal find at the desk: what their company asked of us; and they may ask."""

from services.chassis.ids import new_id
from tests.support.asking import AFTERWARDS, codes

MADE = f"case {{ id number subject status channel customer {{ id }} }} {AFTERWARDS}"
SUBMIT = f"mutation($input: SubmitCaseInput!) {{ done: submitCase(input: $input) {{ {MADE} }} }}"


async def submitted(desk, who, **given):
    return (await desk.ask(SUBMIT, who, input={"subject": "It is broken"} | given))["done"]


async def test_a_guest_submits_a_case_for_its_own_customer(desk):
    customer = new_id("cus")
    guest = await desk.guest(customer)
    done = await submitted(desk, guest, description="The lamp does not burn")
    assert done["userErrors"] == []
    case = done["case"]
    assert case["customer"] == {"id": customer}
    assert (case["status"], case["channel"]) == ("NEW", "WEB")
    (told,) = await desk.events(case["id"])
    assert (told["actor"], told["data"]["customerId"]) == (guest.subject, customer)
    assert told["data"]["ownerId"] is None
    lines = await desk.rows("SELECT actor_kind, actor_id FROM audit_line")
    assert [tuple(it) for it in lines] == [("PORTAL", guest.subject)]
    seen = await desk.ask("{ cases { nodes { createdBy { kind id user { id } } } } }")
    by = {"kind": "PORTAL", "id": guest.subject, "user": None}
    assert seen["cases"]["nodes"] == [{"createdBy": by}]


async def test_nobody_submits_for_another_and_no_guest_does_anything_else(desk):
    guest, case = await desk.guest(new_id("cus")), await desk.opened()
    before = await desk.counts()
    assert codes(await submitted(desk, desk.person)) == ["FORBIDDEN"]
    for given in ('customerId: "cus_1"', "priority: URGENT", 'ownerId: "usr_1"'):
        asked = f'mutation {{ submitCase(input: {{subject: "x", {given}}}) {{ case {{ id }} }} }}'
        answer = await desk.answer(asked, guest)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert codes(await desk.open(guest, customerId=guest.portal.party)) == ["FORBIDDEN"]
    assert codes(await desk.do("closeCase", case, guest)) == ["FORBIDDEN"]
    assert await desk.counts() == before


async def test_of_its_cases_a_guest_sees_not_what_is_for_colleagues(desk):
    customer, canary = new_id("cus"), "Never tell them"
    guest = await desk.guest(customer)
    case = await desk.opened(customerId=customer)
    await desk.opened()
    await desk.do("startCase", case)
    await desk.do("resolveCase", case, resolution=canary)
    document = """{ cases { nodes { id status resolution reopeningReason owner { id } }
        count(mode: EXACT) { value } } caseGroups { nodes { count } } }"""
    answer = await desk.answer(document, guest)
    assert "errors" not in answer
    assert canary not in str(answer)
    found = answer["data"]["cases"]
    assert [(it["id"], it["status"]) for it in found["nodes"]] == [(case, "RESOLVED")]
    assert found["count"]["value"] == 1
    assert [it["count"] for it in answer["data"]["caseGroups"]["nodes"]] == [1]
    hidden = {"Case.resolution", "Case.reopeningReason", "Case.owner"}
    assert set(answer["extensions"]["redacted"]) == hidden
    for asked in (
        "cases { nodes { priority } }",
        f'cases(where: {{resolution: {{contains: "{canary[:5]}"}}}}) {{ nodes {{ id }} }}',
        "cases(where: {priority: {eq: HIGH}}) { nodes { id } }",
        "caseGroups(groupBy: [{field: PRIORITY}]) { nodes { count } }",
        "caseGroups(groupBy: [{field: OWNER}]) { nodes { count } }",
    ):
        refused = await desk.answer(f"{{ {asked} }}", guest)
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN", asked
