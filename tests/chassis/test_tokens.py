"""Tokens: who comes with a good one is known, and every other one lets nobody in."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from joserfc import jws, jwt
from joserfc.jwk import OctKey

from services.chassis.actor import ActorKind, Portal
from services.chassis.tokens import (
    ALGORITHM,
    LEEWAY_SECONDS,
    MAX_TOKEN_LENGTH,
    TOKEN_TYPE,
    Identity,
    InvalidToken,
    Signer,
    Verifier,
    new_key,
)

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY, OTHER = new_key(), new_key()
GATEWAY = Signer("gateway", KEY, lambda: NOW)
CUSTOMERS = Signer("customers", OTHER, lambda: NOW)
ADA = Identity("acme", "usr_ada", ActorKind.USER)
CLAIMS = {
    "iss": "gateway",
    "aud": "sales",
    "sub": "usr_ada",
    "tenant": "acme",
    "kind": "USER",
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + MINUTE).timestamp()),
}


def verifier(after=timedelta(0)):
    return Verifier("sales", {"gateway": GATEWAY.jwks()}, lambda: NOW + after)


def signed(header=None, key=KEY, **claims):
    """Sign a good token, but for what is given; None leaves a claim out."""
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid} | (header or {})
    told = {k: v for k, v in (CLAIMS | claims).items() if v is not None}
    return jwt.encode(header, told, key, algorithms=[ALGORITHM])


def part(value):
    return encoded(json.dumps(value))


def encoded(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def refused(token, by=None):
    with pytest.raises(InvalidToken):
        (by or verifier()).verify(token)


@given(
    some.text(min_size=1, max_size=64),
    some.text(min_size=1, max_size=64),
    some.sampled_from([it for it in ActorKind if it is not ActorKind.SYSTEM]),
)
def test_who_was_signed_is_who_is_known(tenant, subject, kind):
    portal = Portal("cus_1", "con_1") if kind is ActorKind.PORTAL else None
    identity = Identity(tenant, subject, kind, portal=portal)
    assert verifier().verify(GATEWAY.sign(identity, audience="sales", life=MINUTE)) == identity


def test_what_is_tried_below_is_good_but_for_one_thing():
    assert verifier().verify(signed()) == ADA


def test_a_token_serves_until_it_expires_and_the_clocks_may_differ_a_little():
    token, leeway = signed(), timedelta(seconds=LEEWAY_SECONDS)
    assert verifier(MINUTE + leeway - timedelta(seconds=1)).verify(token) == ADA
    refused(token, verifier(MINUTE + leeway + timedelta(seconds=1)))


def test_a_token_from_the_future_is_refused():
    refused(signed(), verifier(-timedelta(hours=1)))


@pytest.mark.parametrize("audience", ["guanxi", "customers", "", "SALES", ["customers"]])
def test_a_token_for_another_audience_is_refused(audience):
    refused(signed(aud=audience))


def test_an_issuer_that_is_not_trusted_here_is_refused():
    refused(CUSTOMERS.sign(ADA, audience="sales", life=MINUTE))
    refused(signed(iss="customers"))


def test_nobody_signs_in_anothers_name():
    refused(signed(key=OTHER))
    refused(signed({"kid": KEY.kid}, key=OTHER))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "tenant", "kind", "iat", "exp"])
@pytest.mark.parametrize("value", [None, "", [], {}, 7])
def test_a_claim_that_is_missing_or_none_is_refused(name, value):
    if (name, value) != ("iat", 7):  # it was signed long ago: nobody minds
        refused(signed(**{name: value}))


@pytest.mark.parametrize("kind", ["SYSTEM", "system", "EMPEROR"])
def test_the_system_and_the_unheard_of_sign_in_nowhere(kind):
    refused(signed(kind=kind))


def test_a_signer_cannot_make_a_token_by_which_the_system_would_sign_in():
    system = Identity("acme", "sales", ActorKind.SYSTEM)
    refused(GATEWAY.sign(system, audience="sales", life=MINUTE))


@pytest.mark.parametrize("kind", ["JWT", "id+jwt", "", "AT+JWT "])
def test_a_token_of_another_type_is_refused(kind):
    refused(signed({"typ": kind}))


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
def test_a_token_that_nobody_signed_is_refused(name):
    header = {"alg": name, "typ": TOKEN_TYPE, "kid": KEY.kid}
    for signature in ("", signed().split(".")[2]):
        refused(f"{part(header)}.{part(CLAIMS)}.{signature}")


def test_a_public_key_is_nobodys_secret():
    """The old confusion: what is published, taken for a shared secret."""
    public = json.dumps(KEY.as_dict(private=False)).encode()
    header = {"alg": "HS256", "typ": TOKEN_TYPE, "kid": KEY.kid}
    token = jws.serialize_compact(
        header, json.dumps(CLAIMS), OctKey.import_key(public), algorithms=["HS256"]
    )
    refused(token)


@given(some.data())
def test_a_token_that_was_tampered_with_is_refused(data):
    token = signed()
    place = data.draw(some.integers(0, len(token) - 1))
    letter = data.draw(some.sampled_from("abcXYZ019-_.=!"))
    tampered = token[:place] + letter + token[place + 1 :]
    try:
        assert verifier().verify(tampered) == ADA  # the same bytes, spelled another way
    except InvalidToken:
        return


def test_other_claims_under_a_good_signature_are_refused():
    header, _, signature = signed().split(".")
    refused(f"{header}.{part(CLAIMS | {'sub': 'usr_eve'})}.{signature}")


def test_a_token_that_is_too_long_is_refused_unread():
    token = signed(more="x" * MAX_TOKEN_LENGTH)
    assert len(token) > MAX_TOKEN_LENGTH
    refused(token)
    assert verifier().verify(signed(more="x" * 100)) == ADA


@given(some.text(max_size=200))
def test_nonsense_lets_nobody_in(text):
    refused(text)
    refused(f"{text}.{text}.{text}")


HEADER = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": KEY.kid}
ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=9),
    lambda each: some.lists(each, max_size=3) | some.dictionaries(some.text(max_size=5), each),
    max_leaves=9,
)


@given(
    ANYTHING | some.dictionaries(some.sampled_from([*HEADER, "crit", "b64", "jwk"]), ANYTHING),
    ANYTHING | some.dictionaries(some.sampled_from(list(CLAIMS)), ANYTHING),
)
def test_whatever_stands_in_a_token_that_nobody_signed_is_refused_and_no_fault(header, claims):
    refused(f"{part(header)}.{part(claims)}.AAAA")
    refused(f"{part(HEADER | (header if isinstance(header, dict) else {}))}.{part(CLAIMS)}.AAAA")
    refused(f"{part(HEADER)}.{part(claims)}.AAAA")


@pytest.mark.parametrize("body", ["[" * 2700, '{"iss":' * 400, '{"iss": []}', '{"iss": {}}'])
def test_a_body_that_no_program_would_write_is_refused_and_no_fault(body):
    strange = encoded(body)
    for token in (f"{part(HEADER)}.{strange}.AAAA", f"{strange}.{part(CLAIMS)}.AAAA"):
        assert len(token) <= MAX_TOKEN_LENGTH
        refused(token)


@pytest.mark.parametrize("value", ["", 7, [], {"sub": 1}])
@pytest.mark.parametrize("name", ["sid", "act"])
def test_a_session_or_an_actor_that_is_none_is_refused(name, value):
    refused(signed(**{name: value}))


def test_who_acts_in_which_session_is_known():
    identity = Identity("acme", "usr_ada", ActorKind.USER, None, "ses_1", "usr_eve")
    token = GATEWAY.sign(identity, audience="sales", life=MINUTE)
    assert verifier().verify(token) == identity


@pytest.mark.parametrize(
    ("kind", "portal"),
    [
        ("PORTAL", None),
        ("PORTAL", "cus_1"),
        ("PORTAL", {"party": "cus_1"}),
        ("PORTAL", {"party": "", "person": "con_1"}),
        ("PORTAL", {"party": "cus_1", "person": ["con_1"]}),
        ("USER", {"party": "cus_1", "person": "con_1"}),
        ("SERVICE", {"party": "cus_1", "person": "con_1"}),
        ("ANONYMOUS", {"party": "cus_1", "person": "con_1"}),
    ],
)
def test_a_guest_of_nobody_is_refused_and_so_is_who_would_be_both(kind, portal):
    refused(signed(kind=kind, portal=portal))
