"""No secret is ever written down in the clear: no log, no event, no audit line, no answer."""

import io
import logging
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis import logs
from services.chassis.database import reading
from tests.customers.test_sessions import chosen, code_now, do, handled, refreshed, sign_in
from tests.customers.test_staff import given_password, hired

CANARY = "canary-in-the-coal-mine"
TABLES = (
    *("event", "audit_line", "staff_user", "session", "one_time_link", "idempotency_key"),
    "second_factor",
)


@pytest.fixture
def logged(monkeypatch):
    """Log as a program does, and give what was written."""
    written, kept = io.StringIO(), logging.root.handlers[:]
    logging.root.handlers[:] = []
    with monkeypatch.context() as instead:
        instead.setattr(sys, "stderr", written)
        logs.set_up("customers", "DEBUG")
    yield written.getvalue
    logging.root.handlers[:] = kept


async def test_no_secret_of_signing_in_is_written_down(office, logged, tmp_path, monkeypatch):
    eve = await hired(office)
    await given_password(office, eve, CANARY)
    tokens = await sign_in(office, CANARY)
    again = await refreshed(office, tokens["refreshToken"])
    await office.act("inviteStaffUser", "staffUser", "id", eve)
    _mails, (link,) = await handled(office, eve, tmp_path, monkeypatch)
    await chosen(office, "acceptInvitation", link, f"{CANARY} two")
    await sign_in(office, f"{CANARY} wrong")
    await refreshed(office, tokens["refreshToken"])
    secrets = [
        CANARY,
        *(it.split(".")[-1] for it in (tokens["refreshToken"], again["refreshToken"], link)),
        *(it["token"] for it in (tokens, again)),
    ]
    written = logged() + "".join([str(await office.rows(f"SELECT * FROM {it}")) for it in TABLES])
    assert [it for it in secrets if it in written] == []


@pytest.mark.usefixtures("sealing_file")
async def test_no_secret_of_a_second_factor_is_written_down(office, logged):
    eve = await hired(office)
    await given_password(office, eve, CANARY)
    mine = f'(currentPassword: "{CANARY}")'
    secret = (await do(office, "enrolSecondFactor", mine, "secret", eve))["secret"]
    code = f'(code: "{code_now(office, secret)}")'
    done = await do(office, "confirmSecondFactor", code, "recoveryCodes", eve)
    await sign_in(office, CANARY, code=code_now(office, secret, 1))
    written = logged() + "".join([str(await office.rows(f"SELECT * FROM {it}")) for it in TABLES])
    assert [it for it in (CANARY, secret, *done["recoveryCodes"]) if it in written] == []


async def test_what_looks_like_a_secret_is_struck_out_of_any_text(office, logged):
    token = (await _a_token(office))["token"]
    for it in (token, f"Bearer {token}", f"at nats://customers:{CANARY}@host:4222/ failed"):
        logs.log().error("it failed", why=it)
    logs.log().info("asked", password=CANARY, code=CANARY, token=token)
    written = logged()
    assert "it failed" in written
    assert CANARY not in written
    assert token.split(".")[1] not in written


async def test_a_fault_of_the_database_tells_no_parameter(office, logged):
    try:
        async with reading(office.engine, office.tenant) as connection:
            await connection.execute(text("SELECT CAST(:it AS int) / 0"), {"it": CANARY})
    except DBAPIError as error:
        logs.log().error("an answer failed", exc_info=error)
    written = logged()
    assert "an answer failed" in written
    assert CANARY not in written


async def _a_token(office):
    eve = await hired(office)
    await given_password(office, eve, CANARY)
    assert (await do(office, "signOut", '(refreshToken: "x")'))["userErrors"]
    return await sign_in(office, CANARY)
