"""Field policies and the audit log through the gateway, over all services and programs."""

import asyncpg
import pytest

from tests.deploy.runs import crm
from tests.support.waiting import until
from tests.system.test_signing_in import employed

CANARY, FREIGHT = "+4940123456", "777777.00"
STORY = """{
    customers { nodes { name phone orders { nodes { freight { amount } } } } }
    orders { nodes { id number freight { amount } customer { phone } } } }"""


async def hidden(company, record_type, field, **given):
    policy = {"recordType": record_type, "field": field, **given}
    return await company.make("createFieldPolicy", policy)


async def with_secrets(company):
    """A customer with a telephone, and an order of theirs with a freight."""
    firm = await company.customer(phone=CANARY)
    freight = {"amount": FREIGHT, "currency": "EUR"}
    given = {"customerId": firm, "currency": "EUR", "freight": freight}
    return firm, await company.make("createOrder", given)


@pytest.mark.feature("PLT-05")
async def test_what_a_policy_hides_is_null_and_named_whichever_service_holds_it(company):
    await with_secrets(company)
    _seller, token = await employed(company, "SALES_REPRESENTATIVE")

    async def sees(field):
        answer = await company.answer(STORY, token=token)
        return "errors" not in answer and field in str(answer)

    await until(lambda: sees(FREIGHT))
    await hidden(company, "Customer", "phone", readableBy=["ADMINISTRATOR"])
    policy = await hidden(company, "Order", "freight", readableBy=["ADMINISTRATOR"])

    async def is_hidden():
        return not await sees(FREIGHT)

    await until(is_hidden)
    answer = await company.answer(STORY, token=token)
    assert "errors" not in answer
    assert CANARY not in str(answer)
    assert set(answer["extensions"]["redacted"]) == {"Customer.phone", "Order.freight"}
    probe = '{ orders(where: {freight: {amount: {gt: "1"}}}) { nodes { id } } }'
    (error,) = (await company.answer(probe, token=token))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "Order.freight is hidden from you" in error["message"]
    seen = await company.answer(STORY)
    assert CANARY in str(seen)
    assert FREIGHT in str(seen)
    assert "redacted" not in seen.get("extensions", {})
    await company.do("archiveFieldPolicy", policy)
    await until(lambda: sees(FREIGHT))


@pytest.mark.feature("PLT-05")
async def test_what_is_told_of_a_record_is_told_without_what_is_hidden(company):
    _firm, order = await with_secrets(company)
    await hidden(company, "Order", "freight", readableBy=["SALES_MANAGER"])
    feed = """{ eventsSince(aggregates: ["sales.order"], first: 500) {
        nodes { subject data body } } }"""

    async def told():
        nodes = (await company.ask(feed))["eventsSince"]["nodes"]
        return [it for it in nodes if it["subject"] == order]

    assert FREIGHT not in str(await until(told))

    async def is_known_in_sales():
        answer = await company.answer("{ orders { nodes { freight { amount } } } }")
        return FREIGHT not in str(answer)

    await until(is_known_in_sales)
    backfill = '{ salesEventsBackfill(aggregate: "sales.order") { nodes { data } } }'
    assert FREIGHT not in str(await company.ask(backfill))


@pytest.mark.feature("PLT-05")
async def test_each_service_has_its_log_and_its_chain_is_what_was_written(system, company):
    firm, order = await with_secrets(company)
    await company.make("openCase", {"customerId": firm, "subject": "Broken"})
    fields = "nodes { action recordType recordId actorId requestId }"
    logs = await company.ask(f"""{{ customersAuditLog {{ {fields} }}
        salesAuditLog(where: {{recordId: {{eq: "{order}"}}}}) {{ {fields} }}
        serviceDeskAuditLog {{ {fields} }} }}""")
    assert {it["action"] for it in logs["customersAuditLog"]["nodes"]} >= {"CREATED", "SIGNED_IN"}
    assert [it["action"] for it in logs["salesAuditLog"]["nodes"]] == ["CREATED"]
    assert logs["serviceDeskAuditLog"]["nodes"]
    _seller, token = await employed(company, "SALES_MANAGER")
    refused = await company.answer("{ customersAuditLog { nodes { id } } }", token=token)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"

    await until(lambda: is_chained_in_sales(system, company))
    done = verified(system, "sales", company.tenant)
    assert done.returncode == 0, done.stderr
    assert f"sales {company.tenant}: " in done.stdout
    assert "lines as they were written" in done.stdout


def verified(system, service, tenant, *options):
    """Verify as an operator does, with the worker's address of one database."""
    url = system.databases[service].worker_url
    arguments = ("audit", "verify", service, "--tenant", tenant, *options)
    return crm(*arguments, WORKER_DATABASE_URL=url)


async def is_chained_in_sales(system, company):
    return not await system.rows("sales", company.tenant, "SELECT 1 FROM audit_unlinked")


@pytest.mark.feature("PLT-05")
async def test_what_was_anchored_shows_that_the_end_of_a_chain_was_cut_off(
    system, company, tmp_path
):
    await with_secrets(company)
    await until(lambda: is_chained_in_sales(system, company))
    file = tmp_path / "anchors.jsonl"
    url = system.databases["sales"].worker_url
    done = crm(
        *("audit", "anchor", str(file), "sales", "--tenant", company.tenant),
        WORKER_DATABASE_URL=url,
    )
    assert done.returncode == 0, done.stderr
    held = verified(system, "sales", company.tenant, "--anchors", str(file))
    assert held.returncode == 0, held.stderr
    await cut_off(system.databases["sales"].owner_url, company.tenant)
    assert verified(system, "sales", company.tenant).returncode == 0
    held = verified(system, "sales", company.tenant, "--anchors", str(file))
    assert held.returncode == 1
    assert "and what follows are missing" in held.stdout + held.stderr


async def cut_off(owner_url, tenant):
    """Take the last line and its place away, as only the owner can who says so."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            for name in ("app.tenant", "app.deleting"):
                await connection.execute("SELECT set_config($1, $2, true)", name, tenant)
            last = await connection.fetchval(
                "DELETE FROM audit_link WHERE number = (SELECT max(number) FROM audit_link)"
                " RETURNING line_id"
            )
            assert last
            await connection.execute("DELETE FROM audit_line WHERE id = $1", last)
    finally:
        await connection.close()


@pytest.mark.feature("PLT-01")
async def test_a_token_of_a_session_that_ended_is_soon_believed_by_no_service(company):
    id, token = await employed(company, "SALES_MANAGER")
    asked = "{ orders(first: 1) { nodes { id } } cases(first: 1) { nodes { id } } }"

    async def is_let_in():
        return "errors" not in await company.answer(asked, token=token)

    await until(is_let_in)
    await company.do("signOutStaffUser", id)

    async def is_let_in_nowhere():
        answer = await company.answer(asked, token=token)
        return answer["data"] == {"orders": None, "cases": None}

    await until(is_let_in_nowhere)
    other = await company.sign_in("eve@company.example")
    assert "errors" not in await company.answer(asked, token=other)
