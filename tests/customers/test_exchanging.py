"""Tokens of an OpenID provider: exchanged where they are believed, and refused as one."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from pydantic import ValidationError

from services.chassis.foreign import AGAIN_SECONDS, Issuer, Provider
from services.chassis.tokens import PUBLIC_AUDIENCE, Verifier
from services.customers.sessions.commands.exchanging import Exchange
from tests.customers.office import SIGNER
from tests.customers.test_staff import hired
from tests.support.asking import reasons

ISSUER = "https://login.example"
EXCHANGE = """mutation($t: String!) { done: exchangeToken(token: $t) {
    token refreshToken userErrors { code reason } } }"""


def new_key(kid):
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class Idp:
    """A provider that answers by HTTP on this machine, and counts how often it is asked."""

    def __init__(self):
        self.keys, self.asked, self.passed = [new_key("k1")], 0, 0.0

    async def answer(self, _request):
        self.asked += 1
        return web.json_response(KeySet(self.keys).as_dict(private=False))

    def sign(self, office, key=None, header=None, **claims):
        now = int(office.works.clock().timestamp())
        said = {
            "iss": ISSUER,
            "aud": "guanxi-web",
            "sub": "248289761001",
            "iat": now,
            "exp": now + 300,
            "email": "Eve@acme.example",
            "email_verified": True,
        } | claims
        said = {k: v for k, v in said.items() if v is not None}
        key = key or self.keys[0]
        header = {"alg": "RS256", "kid": key.kid} | (header or {})
        return jwt.encode(header, said, key, algorithms=[header["alg"]])


@pytest.fixture
async def idp(office):
    """A provider whom the office believes."""
    found = Idp()
    app = web.Application()
    app.router.add_get("/keys", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    told = Issuer(
        tenant=office.tenant, audiences=["guanxi-web"], jwks_url=f"http://127.0.0.1:{port}/keys"
    )
    provider = Provider(ISSUER, told, clock=lambda: found.passed)
    office.app = replace(office.app, exchange=Exchange({ISSUER: provider}))
    yield found
    await runner.cleanup()


async def exchanged(office, token):
    return (await office.ask(EXCHANGE, t=token))["done"]


async def test_a_token_for_a_verified_address_of_somebody_known_begins_a_session(office, idp):
    eve = await hired(office)
    done = await exchanged(office, idp.sign(office))
    identity = Verifier(PUBLIC_AUDIENCE, {"customers": SIGNER.jwks()}).verify(done["token"])
    assert (identity.tenant, identity.subject) == (office.tenant, eve)
    assert (await exchanged(office, idp.sign(office)))["token"]
    assert idp.asked == 1
    unknown = idp.sign(office, email="nobody@acme.example")
    assert reasons(await exchanged(office, unknown)) == ["SIGN_IN_REFUSED"]
    await office.change("StaffUser", "id", eve, {"isActive": False})
    assert reasons(await exchanged(office, idp.sign(office))) == ["SIGN_IN_REFUSED"]


WRONG = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-app"},
    "no audience": {"aud": None},
    "no issuer": {"iss": None},
    "no subject": {"sub": None},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "an address that is not verified": {"email_verified": False},
    "an address that says so in words": {"email_verified": "true"},
    "no address": {"email": None},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
async def test_what_is_not_meant_for_us_is_not_taken(office, idp, claims):
    await hired(office)
    assert reasons(await exchanged(office, idp.sign(office, **claims))) == ["SIGN_IN_REFUSED"]


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_what_is_over_or_not_yet_is_not_taken(office, idp, seconds):
    await hired(office)
    at = int((office.works.clock() + timedelta(seconds=seconds)).timestamp())
    token = idp.sign(office, iat=at, exp=at + 300)
    assert reasons(await exchanged(office, token)) == ["SIGN_IN_REFUSED"]


async def test_attacks_on_the_signature_let_nobody_in(office, idp):
    await hired(office)
    ours, theirs = idp.keys[0], new_key("k1")
    good = idp.sign(office)
    public = OctKey.import_key(json.dumps(ours.as_dict(private=False)).encode())
    head, body, mark = good.split(".")
    forged = [
        idp.sign(office, theirs),  # another key under a kid that is known
        idp.sign(office, public, {"alg": "HS256", "kid": "k1"}),  # the public key as a secret
        idp.sign(office, theirs, {"jwk": theirs.as_dict(private=False)}),  # a key of its own
        idp.sign(office, ECKey.generate_key("P-256", {"kid": "k1"}), {"alg": "ES256"}),
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.{body}.",
        f"{head}.{body}.{mark[:-4]}AAAA",
        good + "x" * 5000,
        "x",
        "",
    ]
    for it in forged:
        assert reasons(await exchanged(office, it)) == ["SIGN_IN_REFUSED"], it[:40]
    assert (await exchanged(office, good))["token"]


async def test_a_new_key_is_looked_for_but_not_oftener_than_once_in_a_minute(office, idp):
    await hired(office)
    assert (await exchanged(office, idp.sign(office)))["token"]
    idp.keys.insert(0, new_key("k2"))
    for _ in range(3):
        assert (await exchanged(office, idp.sign(office)))["token"] is None
    assert idp.asked == 1
    idp.passed += AGAIN_SECONDS + 1
    assert (await exchanged(office, idp.sign(office)))["token"]
    assert idp.asked == 2
    for number in range(5):
        unknown = new_key(f"unknown {number}")
        assert (await exchanged(office, idp.sign(office, unknown)))["token"] is None
    assert idp.asked == 2


@pytest.mark.parametrize(
    "told",
    [
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"jwks_url": "http://login.example/keys"},
        {"jwks_url": "file:///etc/passwd"},
    ],
)
def test_what_an_operator_cannot_believe_is_refused_at_the_start(told):
    good = {"tenant": "acme", "audiences": ["a"], "jwks_url": "https://login.example/keys"}
    assert Issuer(**good)
    with pytest.raises(ValidationError):
        Issuer(**good | told)
