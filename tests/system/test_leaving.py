"""Whoever leaves is asked after in all three services, through the gateway."""

import pytest

from tests.support.waiting import until

RESPONSIBILITIES = """query($id: ID!) { staffUserResponsibilities(id: $id) {
    records { service recordType count } unanswered } }"""
DEACTIVATE = """mutation($id: ID!, $leave: Boolean!) {
    done: deactivateStaffUser(id: $id, input: {leaveRecords: $leave}) {
    staffUser { isActive } userErrors { code path ... on TransitionError { missing } } } }"""
ALL = ["1 customers.Customer", "1 sales.Order", "1 service_desk.Case"]


@pytest.mark.feature("PLT-02")
async def test_what_somebody_answers_for_is_told_before_they_go_and_by_whom_it_is_not(
    system, company
):
    seller = {"name": "Eve", "email": "eve@company.example", "roles": ["SALES_REPRESENTATIVE"]}
    eve = await company.make("createStaffUser", seller)
    firm = await company.customer(ownerId=eve)
    await company.make("createOrder", {"customerId": firm, "currency": "EUR", "ownerId": eve})
    case = await company.make("openCase", {"customerId": firm, "subject": "It flickers"})

    async def is_assigned():
        return not (await company.do("assignCase", case, {"ownerId": eve}))["userErrors"]

    await until(is_assigned)  # the desk learns of a colleague by an event
    found = (await company.ask(RESPONSIBILITIES, id=eve))["staffUserResponsibilities"]
    assert [f"{it['count']} {it['service']}.{it['recordType']}" for it in found["records"]] == ALL
    assert found["unanswered"] == []
    (error,) = (await company.ask(DEACTIVATE, id=eve, leave=False))["done"]["userErrors"]
    assert error == {"code": "GATE_NOT_MET", "path": ["id"], "missing": ALL}

    system.kill("service_desk")
    try:
        found = (await company.ask(RESPONSIBILITIES, id=eve))["staffUserResponsibilities"]
        assert found["unanswered"] == ["service_desk"]
        done = (await company.ask(DEACTIVATE, id=eve, leave=True))["done"]
    finally:
        system.restart("service_desk")
    assert (done["userErrors"], done["staffUser"]) == ([], {"isActive": False})
