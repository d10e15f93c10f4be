"""Foreign tokens: those of OpenID providers, believed as far as the settings say."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
from joserfc import jws, jwt
from joserfc.jwk import KeySet
from pydantic import BaseModel, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.logs import log
from services.chassis.tokens import MAX_TOKEN_LENGTH, UNREADABLE, InvalidToken

LEEWAY_SECONDS = 30
KEPT_SECONDS, AGAIN_SECONDS, FETCH_SECONDS, MOST_BYTES = 3600, 60, 5, 1 << 18
"""Keys are kept for an hour; a key that is not among them is looked for once in a minute."""
HERE = ("localhost", "127.0.0.1", "::1")
Fetch = Callable[[str], Any]


class Issuer(BaseModel):
    """A provider that is believed, for one company: by which keys, for which audiences."""

    tenant: str
    audiences: list[str]
    jwks_url: str
    algorithms: list[Literal["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]] = ["RS256"]

    @field_validator("jwks_url")
    @classmethod
    def is_safe(cls, url: str) -> str:
        found = urlsplit(url)
        if found.scheme != "https" and found.hostname not in HERE:
            raise ValueError("keys come by https")
        return url


class OidcSettings(BaseSettings):
    """Whose tokens are exchanged: issuer to what is believed of it, as JSON."""

    model_config = SettingsConfigDict(extra="ignore")

    oidc_issuers: dict[str, Issuer] = {}


async def fetched(url: str) -> Any:
    """Read a document of keys: no redirects, little time, few bytes."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:  # noqa: PLR2004  # HTTP's own
            raise ConnectionError(f"the provider answers {response.status}")
        return json.loads(await response.content.read(MOST_BYTES))


@dataclass
class Provider:
    """One issuer, and its keys as they were last seen."""

    name: str
    told: Issuer
    fetch: Fetch = fetched
    clock: Callable[[], float] = monotonic
    keys: KeySet | None = None
    tried_at: float | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def claims(self, token: str, now: int) -> Mapping[str, Any]:
        """Say what a token of this issuer claims, or raise what makes it unreadable."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken("too long")
        header = jws.extract_compact(token.encode()).headers()
        if header.get("alg") not in self.told.algorithms or not header.get("kid"):
            raise InvalidToken("an algorithm or a key that is not believed")
        keys = await self._keys(header["kid"])
        found = jwt.decode(token, keys, algorithms=self.told.algorithms)
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.name},
            aud={"essential": True, "values": self.told.audiences},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(found.claims)
        return found.claims

    async def _keys(self, kid: str) -> KeySet:
        async with self.lock:
            age = None if self.tried_at is None else self.clock() - self.tried_at
            known = self.keys is not None and any(it.kid == kid for it in self.keys.keys)
            if age is None or age > (KEPT_SECONDS if known else AGAIN_SECONDS):
                await self._fetch()
        if self.keys is None:
            raise InvalidToken("the provider's keys are not to be had")
        return self.keys

    async def _fetch(self) -> None:
        self.tried_at = self.clock()
        try:
            self.keys = KeySet.import_key_set(await self.fetch(self.told.jwks_url))
        except (aiohttp.ClientError, *UNREADABLE) as error:
            log().warning(
                "keys of a provider were not to be had", issuer=self.name, why=repr(error)
            )
