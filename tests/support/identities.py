"""Programs with keys of their own, who trust each other, and actors for their callers."""

from datetime import timedelta

from services.chassis.actor import Actor, ActorKind
from services.chassis.tokens import Identity, Signer, Verifier, new_key
from tests.toy.commands import EDIT_SHIPS
from tests.toy.model import SEE_ALL_SHIPS
from tests.toy.queries import READ_SHIPS

GATEWAY, SALES, TOY = (Signer(name, new_key()) for name in ("gateway", "sales", "toy"))
VERIFIER = Verifier("toy", {it.issuer: it.jwks() for it in (GATEWAY, SALES)})
CAPTAIN = Identity("default", "usr_captain", ActorKind.USER)


def bearer(identity=CAPTAIN, *, signer=GATEWAY, audience="toy", life=60):
    return "Bearer " + signer.sign(identity, audience=audience, life=timedelta(seconds=life))


async def read_actor(identity):
    """Permit people to read and edit ships, and nobody else anything."""
    given = identity.tenant, identity.subject, identity.kind
    actor = Actor(*given, acted_by=identity.acted_by)
    all_ = {READ_SHIPS, EDIT_SHIPS, SEE_ALL_SHIPS}
    return actor.permitted(all_ if identity.kind is ActorKind.USER else ())
