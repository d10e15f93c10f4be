"""Files that are read again when they change, and stay as they were when they cannot be."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from services.chassis.actor import ActorKind
from services.chassis.database import connect
from services.chassis.tokens import Identity, InvalidToken, Signer, Verifier, new_key
from services.chassis.watching import LOOK_SECONDS, Watched

ADA = Identity("acme", "usr_ada", ActorKind.USER)


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds

    def passes(self):
        self.seconds += LOOK_SECONDS


def test_what_stands_in_a_file_is_known_a_moment_after_it_changes(tmp_path):
    path, clock = tmp_path / "word", Clock()
    path.write_text("one")
    watched = Watched(path, str.strip, clock)
    path.write_text("three\n")
    assert watched.now() == "one"
    clock.passes()
    assert watched.now() == "three"


@pytest.mark.parametrize("harm", ["nothing", "gone"])
def test_a_file_that_cannot_be_read_leaves_what_was_there(tmp_path, harm):
    path, clock = tmp_path / "number", Clock()
    path.write_text("1")
    watched = Watched(path, int, clock)
    path.unlink() if harm == "gone" else path.write_text("no number")
    clock.passes()
    assert watched.now() == 1
    path.write_text("22")
    clock.passes()
    assert watched.now() == 22


def test_a_key_that_is_taken_out_is_believed_no_more(tmp_path):
    """Within a second, though nothing else was signed meanwhile."""
    old, new, clock = new_key(), new_key(), Clock()
    path = tmp_path / "customers.jwks"
    path.write_text(json.dumps(Signer("customers", old).jwks()))
    verifier = Verifier.from_files("sales", {"customers": path})
    verifier.files["customers"].clock = clock
    token = Signer("customers", old).sign(ADA, audience="sales", life=timedelta(minutes=1))
    assert verifier.verify(token) == ADA
    path.write_text(json.dumps(Signer("customers", new).jwks()))
    clock.seconds = verifier.files["customers"]._looked_at + LOOK_SECONDS
    with pytest.raises(InvalidToken):
        verifier.verify(token)
    fresh = Signer("customers", new).sign(ADA, audience="sales", life=timedelta(minutes=1))
    assert verifier.verify(fresh) == ADA


async def test_a_password_that_stands_in_a_file_is_the_one_of_now(toy, tmp_path):
    url = make_url(toy.app_url)
    path, clock = tmp_path / "password", Clock()
    path.write_text("wrong")
    password = Watched(path, str.strip, clock)
    bare = url.set(password="also wrong").render_as_string(hide_password=False)
    engine = connect(bare, pooled=False, password=password)
    try:
        path.write_text(f"{url.password}\n")
        clock.passes()
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
    finally:
        await engine.dispose()
