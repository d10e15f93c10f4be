"""Each program signs with a key of its own, and believes whom it should."""

import json
from datetime import timedelta

import pytest

from deploy.local import keys
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, InvalidToken, Signer, Verifier

SOMEBODY = Identity("acme", "usr_1", ActorKind.USER)


def test_a_key_stays_from_one_run_to_the_next(tmp_path):
    first = keys.make(tmp_path)["sales"].private.read_text()
    assert keys.make(tmp_path)["sales"].private.read_text() == first


def test_the_private_half_is_for_us_alone(tmp_path):
    for files in keys.make(tmp_path).values():
        assert files.private.stat().st_mode & 0o077 == 0
        assert "d" in json.loads(files.private.read_text())
        assert "d" not in json.loads(files.public.read_text())["keys"][0]


@pytest.mark.parametrize(
    ("verifier", "issuer", "believed"),
    [
        ("gateway", "customers", True),
        ("gateway", "sales", False),
        ("sales", "gateway", True),
        ("customers", "sales", True),
        ("sales", "sales", False),
    ],
)
def test_a_program_believes_whom_it_should(tmp_path, verifier, issuer, believed):
    made = keys.make(tmp_path)
    signer = Signer.from_file(issuer, made[issuer].private)
    token = signer.sign(SOMEBODY, audience=verifier, life=timedelta(minutes=1))
    trusted = {name: tmp_path / path for name, path in keys.trusted(verifier, made).items()}
    judge = Verifier.from_files(verifier, trusted)
    if believed:
        assert judge.verify(token) == SOMEBODY
        return
    with pytest.raises(InvalidToken):
        judge.verify(token)


def test_a_key_is_rotated_without_a_moment_in_which_a_token_is_refused(tmp_path):
    """Who signs and who verifies stand all the while, as programs do."""
    files = keys.make(tmp_path)["customers"]
    signer = Signer.from_file("customers", files.private)
    judge = Verifier.from_files("gateway", {"customers": files.public})
    minute = timedelta(minutes=1)
    before = signer.sign(SOMEBODY, audience="gateway", life=minute)
    kid = keys.rotate("customers", tmp_path)
    assert judge.verify(before) == SOMEBODY
    fresh = Signer.from_file("customers", files.private)
    assert fresh.key.kid == kid
    after = fresh.sign(SOMEBODY, audience="gateway", life=minute)
    assert judge.verify(after) == judge.verify(before) == SOMEBODY
    assert [it["kid"] for it in fresh.jwks()["keys"]] == [kid, signer.key.kid]
    keys.rotate("customers", tmp_path)
    late = Verifier.from_files("gateway", {"customers": files.public})
    assert late.verify(after) == SOMEBODY
    with pytest.raises(InvalidToken):
        late.verify(before)
    assert keys.make(tmp_path)["customers"].private.stat().st_mode & 0o077 == 0
    assert all("d" not in it for it in json.loads(files.public.read_text())["keys"])
