"""The secret of a second factor is kept sealed, by a key that the database does not have."""

import json

import pytest
from sqlalchemy import text

from services.chassis.database import bind
from services.chassis.sealing import Seals, new_sealing_key, sealing_keys
from tests.customers.test_sessions import code_now, do, sign_in
from tests.customers.test_staff import PASSWORD, given_password, hired
from tests.support.asking import reasons

KEPT = "SELECT secret FROM second_factor"
ENROL = f'(currentPassword: "{PASSWORD}")'


@pytest.fixture
async def eve(office):
    id = await hired(office)
    await given_password(office, id, PASSWORD)
    return id


async def kept(office):
    ((secret,),) = await office.rows(KEPT)
    return secret


async def enrolled(office, eve):
    secret = (await do(office, "enrolSecondFactor", ENROL, "secret", eve))["secret"]
    code = f'(code: "{code_now(office, secret, -1)}")'
    await do(office, "confirmSecondFactor", code, "recoveryCodes", eve)
    return secret


def rotated(file):
    """Let a new key seal, and the last one still open."""
    keys = [new_sealing_key().as_dict(private=True), json.loads(file.read_text())]
    file.write_text(json.dumps({"keys": keys}))


async def test_what_stands_in_the_database_is_not_the_secret_and_opens_by_the_key(
    office, eve, sealing_file
):
    secret = await enrolled(office, eve)
    assert secret not in await kept(office)
    seals = Seals(sealing_keys(sealing_file.read_text()))
    assert seals.open(await kept(office), f"{office.tenant}|{eve}|second factor") == secret
    assert seals.open(await kept(office), f"{office.tenant}|usr_9|second factor") is None


async def test_after_a_rotation_codes_still_fit_and_what_is_used_is_sealed_anew(
    office, eve, sealing_file
):
    secret = await enrolled(office, eve)
    before = await kept(office)
    rotated(sealing_file)
    assert (await sign_in(office, code=code_now(office, secret)))["token"]
    after = await kept(office)
    current = next(iter(sealing_keys(sealing_file.read_text())))
    assert after.startswith(f"{current}.")
    assert not before.startswith(f"{current}.")
    assert (await sign_in(office, code=code_now(office, secret, 1)))["token"]


async def test_what_was_kept_in_the_clear_still_serves_and_is_sealed_by_its_next_use(
    office, eve, sealing_file
):
    secret = await enrolled(office, eve)
    async with office.engine.begin() as connection:
        await _set(connection, office, secret)
    assert await kept(office) == secret
    assert (await sign_in(office, code=code_now(office, secret)))["token"]
    assert secret not in await kept(office)
    assert sealing_file.exists()


async def test_when_the_key_is_gone_recovery_codes_alone_let_in(office, eve, sealing_file):
    secret = (await do(office, "enrolSecondFactor", ENROL, "secret", eve))["secret"]
    code = f'(code: "{code_now(office, secret, -1)}")'
    done = await do(office, "confirmSecondFactor", code, "recoveryCodes", eve)
    sealing_file.write_text(json.dumps(new_sealing_key().as_dict(private=True)))
    lost = await sign_in(office, code=code_now(office, secret))
    assert reasons(lost) == ["SIGN_IN_REFUSED"]
    assert (await sign_in(office, code=done["recoveryCodes"][0]))["token"]


async def test_without_a_key_no_secret_is_taken(office, eve):
    refused = await do(office, "enrolSecondFactor", ENROL, "secret", eve)
    assert (reasons(refused), refused["secret"]) == (["SEALING_KEY_MISSING"], None)
    assert await office.counted("second_factor") == 0


def test_a_key_of_another_length_is_none():
    with pytest.raises(ValueError, match="a sealing key has 256 bits"):
        sealing_keys(json.dumps({"kty": "oct", "k": "MDEyMzQ1Njc4OWFiY2RlZg"}))


async def _set(connection, office, secret):
    await bind(connection, office.tenant)
    await connection.execute(text("UPDATE second_factor SET secret = :it"), {"it": secret})
