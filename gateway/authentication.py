"""Who calls: verifies the caller's token, and mints the short ones that subgraphs take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from gateway.caching import ShortLived
from gateway.errors import Code, RequestRefused
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, InvalidToken, Signer, Verifier

CACHED_CALLERS = 10_000
VERIFIED_SECONDS = 10
"""A token is verified anew this often; an expired one is thus known that much later at most."""
MINTED_LIFE = timedelta(seconds=60)
LASTING_LIFE = timedelta(hours=1)
"""Of a token for an answer that goes on, where nobody signed in."""
MINTED_SECONDS = 30
"""How long a minted token is used again: well under its life."""
SCHEME = "bearer "

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the door; without a token, nobody known."""

    token: str
    identity: Identity


class Gatekeeper:
    """Turns the caller's credentials into each subgraph's, and keeps both for a moment."""

    def __init__(
        self,
        verifier: Verifier,
        signer: Signer,
        anonymous_tenant: str,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.verifier = verifier
        self.signer = signer
        nobody = Identity(anonymous_tenant, "anonymous", ActorKind.ANONYMOUS)
        self.anonymous = Caller("", nobody)
        self._verified = ShortLived[str, Identity](CACHED_CALLERS, VERIFIED_SECONDS, clock)
        self._minted = ShortLived[tuple[str, str], str](CACHED_CALLERS, MINTED_SECONDS, clock)

    def identify(self, authorization: str) -> Caller:
        """Say who brings this header; a token that is not good is refused, never ignored."""
        if not authorization:
            return self.anonymous
        token = authorization[len(SCHEME) :].strip()
        if not authorization.lower().startswith(SCHEME) or not token:
            raise _unauthenticated("the authorization header is not a bearer token")
        try:
            identity = self._verified.get(token, lambda: self.verifier.verify(token))
        except InvalidToken as error:
            raise _unauthenticated("the token is not valid, or no longer") from error
        return Caller(token, identity)

    def token_for(self, caller: Caller, audience: str) -> str:
        """Give a token that says to one subgraph who the caller is."""
        return self._minted.get(
            (caller.token, audience),
            lambda: self.signer.sign(caller.identity, audience=audience, life=MINTED_LIFE),
        )

    def credentials(self, caller: Caller, audience: str, *, lasting: bool = False) -> Headers:
        """Give the headers that say to one subgraph who the caller is."""
        give = self.lasting_token_for if lasting else self.token_for
        return {"authorization": f"Bearer {give(caller, audience)}"}

    def lasting_token_for(self, caller: Caller, audience: str) -> str:
        """Give one for an answer that goes on: it serves as long as the caller's own."""
        left = caller.identity.seconds_left(self.signer.clock())
        life = LASTING_LIFE if left is None else timedelta(seconds=left)
        return self.signer.sign(caller.identity, audience=audience, life=life)


def _unauthenticated(message: str) -> RequestRefused:
    return RequestRefused(Code.UNAUTHENTICATED, message, status=401)
