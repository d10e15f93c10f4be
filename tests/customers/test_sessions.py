"""Coming in, staying and going: passwords, links, second factors, sessions and their tokens."""

import asyncio
import email
import re
from datetime import timedelta
from email import policy

import pytest

from services.chassis.actor import Actor
from services.chassis.tokens import PUBLIC_AUDIENCE, Verifier
from services.customers.sessions import rules, subscribers
from tests.customers.office import SIGNER, STAFF_USER
from tests.customers.test_staff import EVE, PASSWORD, given_password, hired
from tests.support.asking import reasons

IN = "token expiresAt refreshToken userErrors { code reason path }"
SIGN_IN = f"""mutation($t: String!, $e: String!, $p: String!, $c: String) {{
    done: signIn(tenant: $t, email: $e, password: $p, code: $c, device: "Desk") {{ {IN} }} }}"""
OTHER = "another good password"


async def sign_in(office, password=PASSWORD, address=EVE["email"], code=None):
    asked = {"t": office.tenant, "e": address, "p": password, "c": code}
    return (await office.ask(SIGN_IN, **asked))["done"]


async def do(office, deed, given="", fields="", who=None):
    document = f"mutation {{ done: {deed}{given} {{ {fields} userErrors {{ code reason }} }} }}"
    return (await office.ask(document, who))["done"]


async def refreshed(office, token):
    fields = "token refreshToken"
    return await do(office, "refreshSession", f'(refreshToken: "{token}")', fields)


def session_of(done):
    return Verifier(PUBLIC_AUDIENCE, {"customers": SIGNER.jwks()}).verify(done["token"])


async def viewer(office, done):
    """Ask who one is, as the bearer of a token: nobody, where it permits nothing."""
    actor = await office.access.actor(session_of(done))
    return actor.id if actor.permissions else None


@pytest.fixture
async def eve(office):
    id = await hired(office)
    await given_password(office, id, PASSWORD)
    return id


async def test_a_session_begins_with_signing_in_and_is_told(office, eve):
    done = await sign_in(office)
    assert await viewer(office, done) == eve
    (signed_in,) = [it for it in await office.events(eve) if it["type"].endswith("signed_in.v1")]
    assert signed_in["actor"] == eve
    assert signed_in["data"]["sessionId"] == session_of(done).session
    listed = (await office.ask("{ sessions { id device } }", eve))["sessions"]
    assert listed == [{"id": session_of(done).session, "device": "Desk"}]
    assert (await office.ask("{ sessions { id } }", office.person))["sessions"] == []


async def test_a_refresh_token_serves_once_and_used_again_ends_the_session(office, eve):
    first = await sign_in(office)
    second = await refreshed(office, first["refreshToken"])
    assert session_of(second).session == session_of(first).session
    assert await viewer(office, second) == eve
    again = await refreshed(office, first["refreshToken"])
    assert (reasons(again), again["token"]) == (["SESSION_OVER"], None)
    assert reasons(await refreshed(office, second["refreshToken"])) == ["SESSION_OVER"]
    assert await viewer(office, second) is None
    (ended,) = [it for it in await office.events(eve) if "session_ended" in it["type"]]
    assert ended["data"]["because"] == "REUSED"


@pytest.mark.usefixtures("eve")
async def test_of_many_who_refresh_at_once_one_is_given_tokens(office):
    token = (await sign_in(office))["refreshToken"]
    done = await asyncio.gather(*(refreshed(office, token) for _ in range(5)))
    assert len([it for it in done if it["token"]]) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "default.ses_1.x", "a.b.c.d", "'; DROP.x.y", "A.ses_1.x", "a." * 400]
)
async def test_what_is_no_refresh_token_gives_nothing(office, token):
    assert reasons(await refreshed(office, token)) == ["SESSION_OVER"]


async def test_signed_out_a_session_is_over_at_once(office, eve):
    done = await sign_in(office)
    other = await sign_in(office)
    await do(office, "signOut", f'(refreshToken: "{done["refreshToken"]}")')
    assert await viewer(office, done) is None
    assert reasons(await refreshed(office, done["refreshToken"])) == ["SESSION_OVER"]
    assert await viewer(office, other) == eve


async def test_one_ends_a_session_of_ones_own_and_of_nobody_else(office, eve):
    done, other = await sign_in(office), await sign_in(office)
    stranger = await office.employ("SALES_MANAGER")
    one = f'(id: "{session_of(done).session}")'
    await do(office, "endSession", one, who=stranger)
    assert await viewer(office, done) == eve
    await do(office, "endSession", one, who=eve)
    assert await viewer(office, done) is None
    assert await viewer(office, other) == eve
    await do(office, "endSession", who=eve)
    assert await viewer(office, other) is None


async def test_who_left_is_let_in_nowhere_and_their_sessions_are_over(office, eve):
    done = await sign_in(office)
    left = await office.act("deactivateStaffUser", "staffUser", STAFF_USER, eve)
    assert left["made"]["isActive"] is False
    assert {it["type"] for it in left["events"]} == {
        "customers.staff_user.deactivated.v1",
        "customers.staff_user.session_ended.v1",
    }
    assert await viewer(office, done) is None
    assert reasons(await refreshed(office, done["refreshToken"])) == ["SESSION_OVER"]
    assert reasons(await sign_in(office)) == ["SIGN_IN_REFUSED"]
    again = await office.act("deactivateStaffUser", "staffUser", STAFF_USER, eve)
    assert again["events"] == []


async def test_after_too_many_failures_nothing_is_taken_for_some_minutes(office, eve):
    for _ in range(rules.MOST_FAILURES):
        assert reasons(await sign_in(office, "a wrong password")) == ["SIGN_IN_REFUSED"]
    locked = await sign_in(office)
    assert locked == await sign_in(office, address="nobody@acme.example")
    assert locked["token"] is None
    told = [it["type"] for it in await office.events(eve)]
    assert told.count("customers.staff_user.locked.v1") == 1
    clock = office.works.clock
    office.works.clock = lambda: clock() + timedelta(minutes=rules.LOCKED_MINUTES, seconds=1)
    assert (await sign_in(office))["token"]


async def test_as_many_at_once_as_like_try_no_oftener(office, eve):
    wrong = [sign_in(office, "a wrong password") for _ in range(rules.MOST_FAILURES * 2)]
    await asyncio.gather(*wrong)
    assert (await sign_in(office))["token"] is None
    (row,) = await office.rows("SELECT failures FROM sign_in_attempt")
    assert row[0] > rules.MOST_FAILURES
    await office.act("unlockStaffUser", "staffUser", "id", eve)
    assert (await sign_in(office))["token"]


@pytest.mark.usefixtures("eve")
async def test_an_unknown_address_is_written_down_as_a_known_one_is(office):
    for address in (EVE["email"], "nobody@acme.example"):
        await sign_in(office, "a wrong password", address)
    rows = await office.rows("SELECT failures FROM sign_in_attempt")
    assert [it[0] for it in rows] == [1, 1]
    assert "acme" not in str(await office.rows("SELECT * FROM sign_in_attempt"))


async def handled(office, id, tmp_path, monkeypatch):
    """Let what was asked to be sent be sent, into a folder; give each mail's text and link."""
    monkeypatch.setenv("MAIL_URL", tmp_path.as_uri())
    monkeypatch.setenv("MAIL_LINK", "https://crm.example/{purpose}?token={token}")
    about = [it for it in await office.events() if it["data"].get("staffUserId") == id]
    for it in about:
        for found in subscribers.subscriptions.of(it["type"]):
            async with office.works.begin(Actor.system(office.tenant, "customers")) as work:
                await found.handler(work, found.model.model_validate(it["data"]))
    mails = [
        email.message_from_bytes(it.read_bytes(), policy=policy.default)
        for it in sorted(tmp_path.iterdir())
    ]
    texts = [it.get_content() for it in mails]
    return mails, [it for text in texts for it in re.findall(r"token=(\S+)", text)]


async def chosen(office, deed, token, password=OTHER):
    given = f'(token: "{token}", password: "{password}")'
    return await do(office, deed, given, "token refreshToken")


async def test_somebody_invited_chooses_a_password_by_a_link_that_serves_once(
    office, tmp_path, monkeypatch
):
    id = await hired(office)
    invited = await office.act("inviteStaffUser", "staffUser", "id", id)
    assert [it["type"] for it in invited["events"]] == ["customers.sign_in_link.asked.v1"]
    (mail,), (token,) = await handled(office, id, tmp_path, monkeypatch)
    assert mail["To"] == "eve@acme.example"
    assert reasons(await chosen(office, "acceptInvitation", token, "short")) == ["OUT_OF_RANGE"]
    done = await chosen(office, "acceptInvitation", token)
    assert await viewer(office, done) == id
    assert reasons(await chosen(office, "acceptInvitation", token)) == ["LINK_OF_NO_USE"]
    assert (await sign_in(office, OTHER))["token"]
    kept = str(await office.rows("SELECT body FROM event")) + str(
        await office.rows("SELECT * FROM audit_line")
    )
    assert token.split(".")[-1] not in kept


async def test_another_link_makes_an_earlier_one_useless_and_an_old_one_is(
    office, eve, tmp_path, monkeypatch
):
    before = await sign_in(office)
    asked = f'(tenant: "{office.tenant}", email: "{EVE["email"]}")'
    await do(office, "requestPasswordReset", asked)
    _mails, (first,) = await handled(office, eve, tmp_path / "1", monkeypatch)
    _mails, (second,) = await handled(office, eve, tmp_path / "2", monkeypatch)
    assert reasons(await chosen(office, "resetPassword", first)) == ["LINK_OF_NO_USE"]
    clock = office.works.clock
    office.works.clock = lambda: clock() + timedelta(hours=1, seconds=1)
    assert reasons(await chosen(office, "resetPassword", second)) == ["LINK_OF_NO_USE"]
    office.works.clock = clock
    assert (await chosen(office, "resetPassword", second))["token"]
    assert await viewer(office, before) is None
    assert reasons(await sign_in(office)) == ["SIGN_IN_REFUSED"]


@pytest.mark.usefixtures("eve")
async def test_whoever_asks_for_a_link_learns_of_no_address(office):
    done = [
        await do(office, "requestPasswordReset", f'(tenant: "{office.tenant}", email: "{it}")')
        for it in (EVE["email"], "nobody@acme.example", "no address")
    ]
    assert done == [{"userErrors": []}] * 3
    told = [it["type"] for it in await office.events()]
    assert told.count("customers.sign_in_link.asked.v1") == 1


async def test_a_password_is_changed_by_who_knows_it_and_ends_all_sessions(office, eve):
    done = await sign_in(office)
    given = f'(currentPassword: "{{}}", password: "{OTHER}")'
    wrong = await do(office, "changePassword", given.format("wrong"), who=eve)
    assert reasons(wrong) == ["SIGN_IN_REFUSED"]
    assert await viewer(office, done) == eve
    assert reasons(await do(office, "changePassword", given.format(PASSWORD), who=eve)) == []
    assert await viewer(office, done) is None
    assert (await sign_in(office, OTHER))["token"]


@pytest.fixture
async def secret(office, eve, sealing_file):
    """The secret of Eve's second factor, which is confirmed."""
    done = await do(
        office, "enrolSecondFactor", f'(currentPassword: "{PASSWORD}")', "secret address", eve
    )
    assert sealing_file.exists()
    assert done["address"].startswith("otpauth://totp/Guanxi:eve%40acme.example?secret=")
    assert (await sign_in(office))["token"]  # it does not count yet
    confirmed = await do(
        office,
        "confirmSecondFactor",
        f'(code: "{code_now(office, done["secret"])}")',
        "recoveryCodes",
        eve,
    )
    return done["secret"], confirmed["recoveryCodes"]


def code_now(office, secret, steps=0):
    return rules.code_at(secret, int(office.works.clock().timestamp()) // 30 + steps)


async def test_with_a_second_factor_a_code_is_asked_for_and_serves_once(office, secret):
    it, recovery = secret
    assert reasons(await sign_in(office)) == ["SECOND_FACTOR_NEEDED"]
    assert reasons(await sign_in(office, "a wrong password")) == ["SIGN_IN_REFUSED"]
    code = code_now(office, it, 1)  # the one of now confirmed it
    assert (await sign_in(office, code=code))["token"]
    assert reasons(await sign_in(office, code=code)) == ["SIGN_IN_REFUSED"]
    assert reasons(await sign_in(office, code="000000x")) == ["SIGN_IN_REFUSED"]
    assert (await sign_in(office, code=recovery[0].upper()))["token"]
    assert reasons(await sign_in(office, code=recovery[0])) == ["SIGN_IN_REFUSED"]
    assert recovery[1] not in str(await office.rows("SELECT * FROM second_factor"))


async def test_wrong_codes_lock_as_wrong_passwords_do(office, secret):
    for _ in range(rules.MOST_FAILURES):
        assert reasons(await sign_in(office, code="000000x")) == ["SIGN_IN_REFUSED"]
    code = code_now(office, secret[0], 1)
    assert reasons(await sign_in(office, code=code)) == ["SIGN_IN_REFUSED"]


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the standard's own
    assert rules.code_at(secret, seconds // 30) == code
