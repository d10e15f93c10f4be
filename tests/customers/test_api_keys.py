"""API keys: programs that come in as somebody of their own, with one role."""

from datetime import timedelta

from services.chassis.tokens import PUBLIC_AUDIENCE, Verifier
from services.customers.permissions import READ_CUSTOMERS
from tests.customers.office import SIGNER, role_granting
from tests.support.asking import codes, reasons

CREATE = """mutation($r: ID!, $x: DateTime, $n: String!) {
    done: createApiKey(name: $n, roleId: $r, expiresAt: $x) {
    id key userErrors { code reason path } } }"""
EXCHANGE = """mutation($k: String!) { done: exchangeApiKey(key: $k) {
    token expiresAt userErrors { code reason } } }"""


async def key_made(office, role, who=None, name="Importer", expires_at=None):
    asked = {"r": role, "x": expires_at and expires_at.isoformat(), "n": name}
    done = (await office.ask(CREATE, who, **asked))["done"]
    assert done.get("key") or done["userErrors"] != [], done
    return done


async def exchanged(office, key):
    return (await office.ask(EXCHANGE, k=key))["done"]


async def bearer(office, token):
    """Make the actor that a token gives."""
    identity = Verifier(PUBLIC_AUDIENCE, {"customers": SIGNER.jwks()}).verify(token)
    return await office.access.actor(identity)


async def test_a_key_is_told_once_and_lets_a_program_do_what_its_role_grants(office):
    role = await role_granting(office, all=[READ_CUSTOMERS])
    made = await key_made(office, role)
    assert made["userErrors"] == []
    actor = await bearer(office, (await exchanged(office, made["key"]))["token"])
    assert actor.permissions == {READ_CUSTOMERS}
    data = await office.ask("""{ apiKeys { nodes { id name beginning lastUsedAt
        role { id } staffUser { id isProgram } } } }""")
    (listed,) = data["apiKeys"]["nodes"]
    secret = made["key"].split(".")[-1]
    assert listed.pop("lastUsedAt")
    assert listed == {
        "id": made["id"],
        "name": "Importer",
        "beginning": secret[:8],
        "role": {"id": role},
        "staffUser": {"id": actor.id, "isProgram": True},
    }
    for table in ("event", "audit_line", "api_key", "idempotency_key"):
        assert secret not in str(await office.rows(f"SELECT * FROM {table}")), table


async def test_a_key_that_is_over_revoked_or_none_lets_nobody_in(office):
    role = await role_granting(office, all=[READ_CUSTOMERS])
    soon = office.works.clock() + timedelta(hours=1)
    short, lasting = await key_made(office, role, expires_at=soon), await key_made(office, role)
    token = (await exchanged(office, lasting["key"]))["token"]
    clock = office.works.clock
    office.works.clock = lambda: clock() + timedelta(hours=2)
    assert reasons(await exchanged(office, short["key"])) == ["SIGN_IN_REFUSED"]
    office.works.clock = clock
    assert (await exchanged(office, short["key"]))["token"]
    done = await office.act("archiveApiKey", "apiKey", "id", lasting["id"])
    assert done["userErrors"] == []
    assert reasons(await exchanged(office, lasting["key"])) == ["SIGN_IN_REFUSED"]
    assert not (await bearer(office, token)).permissions
    for text in ("", "x", lasting["key"][:-1], f"{office.tenant}.key_1.secret"):
        assert reasons(await exchanged(office, text)) == ["SIGN_IN_REFUSED"]


async def test_only_who_may_makes_keys_and_only_for_a_role_that_is_there(office):
    role = await role_granting(office)
    manager = await office.employ("SALES_MANAGER")
    assert codes(await key_made(office, role, manager)) == ["FORBIDDEN"]
    assert codes(await key_made(office, "rol_1")) == ["NOT_FOUND"]
    assert codes(await key_made(office, role, name=" ")) == ["REQUIRED"]
    past = office.works.clock() - timedelta(seconds=1)
    assert codes(await key_made(office, role, expires_at=past)) == ["OUT_OF_RANGE"]
    assert await office.rows("SELECT 1 FROM api_key") == []


async def test_a_program_has_no_password(office):
    made = await key_made(office, await role_granting(office))
    actor = await bearer(office, (await exchanged(office, made["key"]))["token"])
    for deed, given in (
        ("setStaffUserPassword", {"password": "correct horse battery"}),
        ("inviteStaffUser", {}),
    ):
        done = await office.act(deed, "staffUser", "id", actor.id, **given)
        assert reasons(done) == ["STAFF_USER_NO_PERSON"]
