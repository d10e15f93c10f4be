"""Bearers: who comes with an `Authorization` header, by gRPC and by HTTP alike."""

from time import monotonic

from services.chassis.tokens import Identity, InvalidToken, Verifier

KEPT_SECONDS, KEPT_TOKENS = 5.0, 2000
"""A verified token is believed again for a moment: less than the clocks' leeway, so no longer
than it lives."""


class Bearers:
    """Verifies tokens, and remembers for a moment those that were good."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self._known: dict[str, tuple[float, Identity]] = {}

    def identity(self, authorization: str) -> Identity:
        """Say who comes with this header, or raise `InvalidToken`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidToken("no bearer token")
        now = monotonic()
        until, known = self._known.get(token, (0.0, None))
        if known is None or until < now:
            known = self.verifier.verify(token)
            if len(self._known) >= KEPT_TOKENS:
                self._known.clear()
            self._known[token] = now + KEPT_SECONDS, known
        return known

    def is_program(self, identity: Identity) -> bool:
        """Tell whether this is one of our own programs, which signs as itself."""
        return identity.subject in self.verifier.keys
