"""Tokens of an OpenID provider, exchanged for ours: for people who are known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.database import reading
from services.chassis.foreign import OidcSettings, Provider
from services.chassis.logs import log
from services.chassis.tokens import UNREADABLE, InvalidToken, issuer_in
from services.customers.sessions import queries
from services.customers.sessions.commands.signing_in import Desk, SignInRefused, Tokens


@dataclass
class Exchange:
    """Exchanges tokens of the providers that the settings name."""

    providers: dict[str, Provider]

    @staticmethod
    def of(told: OidcSettings) -> "Exchange":
        return Exchange({name: Provider(name, it) for name, it in told.oidc_issuers.items()})

    async def exchange(self, desk: Desk, token: str) -> Tokens:
        """Begin a session for whom a provider's token names by a verified address."""
        tenant, email = await self._named(desk, token)
        async with reading(desk.works.engine, tenant) as connection:
            found = await queries.known(connection, desk.accounts, email)
        if found is None:
            raise SignInRefused("this token lets nobody in", path=("token",))
        async with desk.works.begin(desk.accounts.actor(tenant, found)) as work:
            return await desk.begin(work, is_strong=False)

    async def _named(self, desk: Desk, token: str) -> tuple[str, str]:
        try:
            provider = self.providers[issuer_in(token, self.providers)]
            claims = await provider.claims(token, int(desk.works.clock().timestamp()))
            return provider.told.tenant, _verified_address(claims)
        except (InvalidToken, *UNREADABLE) as error:
            log().info("a provider's token was not taken", reason=type(error).__name__)
            raise SignInRefused("this token lets nobody in", path=("token",)) from error


def _verified_address(claims: Mapping[str, Any]) -> str:
    if claims.get("email_verified") is not True:
        raise InvalidToken("an address that the provider has not verified")
    return str(claims["email"]).lower()
