"""Signed tokens: who somebody is, for which audience, for how long (EdDSA, RFC 9068)."""

import base64
import json
from collections.abc import Callable, Container, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.chassis.actor import ActorKind, Portal
from services.chassis.clock import Clock, utc_now
from services.chassis.watching import Watched

ALGORITHM = "Ed25519"
"""EdDSA over Ed25519, by its fully specified name (RFC 9864)."""
TOKEN_TYPE = "at+jwt"  # noqa: S105  # a media type, not a secret
LEEWAY_SECONDS = 30
PUBLIC_AUDIENCE = "guanxi"
"""The audience of a person's token, which the gateway takes in."""
MAX_TOKEN_LENGTH = 4096
UNREADABLE = (
    *(JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError),
    *(OverflowError, OSError),
)
"""What reading a token may raise that no program of ours has written."""


class InvalidToken(Exception):
    """A token that lets nobody in; its message is for the log, not for the caller."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token says of its bearer; what the bearer may do is not in it."""

    tenant: str
    subject: str
    kind: ActorKind
    expires_at: datetime | None = field(default=None, compare=False)
    """Until when the token says so; not told of who comes without one."""
    session: str | None = None
    """In which session, where it was begun by signing in."""
    acted_by: str | None = None
    """Who really acts, where somebody acts as this one."""
    portal: Portal | None = None
    """Of which party it is, and who there, where it comes in by the portal."""

    def seconds_left(self, now: datetime) -> float | None:
        return max(0.0, (self.expires_at - now).total_seconds()) if self.expires_at else None


class Signer:
    """Signs as one program, with the first of its private keys; the others are still published."""

    def __init__(self, issuer: str, key: OKPKey, clock: Clock = utc_now) -> None:
        key.ensure_kid()
        self.issuer = issuer
        self.keys: Callable[[], list[OKPKey]] = lambda: [key]
        self.clock = clock

    @staticmethod
    def from_file(issuer: str, path: Path, clock: Clock = utc_now) -> "Signer":
        """Sign with what stands in a file by now: a key, or a set whose first one signs."""
        watched = Watched(path, private_keys)
        signer = Signer(issuer, watched.now()[0], clock)
        signer.keys = watched.now
        return signer

    @property
    def key(self) -> OKPKey:
        return self.keys()[0]

    def sign(self, identity: Identity, *, audience: str, life: timedelta) -> str:
        """Mint a token for one audience."""
        now = self.clock()
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": audience,
            "sub": identity.subject,
            "tenant": identity.tenant,
            "kind": identity.kind.value,
            "iat": int(now.timestamp()),
            "exp": int((now + life).timestamp()),
        }
        if identity.session is not None:
            claims["sid"] = identity.session
        if identity.acted_by is not None:
            claims["act"] = {"sub": identity.acted_by}  # RFC 8693, section 4.1
        if identity.portal is not None:
            claims["portal"] = asdict(identity.portal)
        key = self.key
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def jwks(self) -> dict[str, Any]:
        """Give the public halves, as the JWKS document that verifiers read."""
        return dict(KeySet([*self.keys()]).as_dict(private=False))


class Verifier:
    """Holds tokens against the issuers that this program trusts, and its own audience."""

    def __init__(self, audience: str, issuers: Mapping[str, Any], clock: Clock = utc_now) -> None:
        self.audience = audience
        self.keys = {name: KeySet.import_key_set(jwks) for name, jwks in issuers.items()}
        self.files: Mapping[str, Watched[KeySet]] = {}
        self.clock = clock

    @staticmethod
    def from_files(
        audience: str, issuers: Mapping[str, Path], clock: Clock = utc_now
    ) -> "Verifier":
        """Believe the keys that stand in files, by now: what is taken out is believed no more."""
        verifier = Verifier(audience, {}, clock)
        verifier.files = {name: Watched(path, public_keys) for name, path in issuers.items()}
        verifier.keys = {name: it.now() for name, it in verifier.files.items()}
        return verifier

    def verify(self, token: str) -> Identity:
        """Say whose token this is, or raise `InvalidToken`."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken("too long")
        try:
            issuer = issuer_in(token, self.keys)
            found = jwt.decode(token, self._keys(issuer, token), algorithms=[ALGORITHM])
            if found.header.get("typ") != TOKEN_TYPE:
                raise InvalidToken("not an access token")
            self._registry(issuer, self.clock()).validate(found.claims)
            claims = found.claims
            kind = ActorKind(claims["kind"])
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        except UNREADABLE as error:
            raise InvalidToken(str(error)) from error
        tenant, subject = claims["tenant"], claims["sub"]
        if not (isinstance(tenant, str) and isinstance(subject, str)):
            raise InvalidToken("a tenant and a subject are texts")
        if kind is ActorKind.SYSTEM:
            raise InvalidToken("the system signs in nowhere")
        return Identity(
            tenant, subject, kind, expires_at, *_carried(claims), _portal(kind, claims)
        )

    def _keys(self, issuer: str, token: str) -> KeySet:
        """Give an issuer's keys; for one that is not among them, its file is looked at again."""
        if issuer in self.files:
            kid = json.loads(_part(token, 0)).get("kid")
            known = any(it.kid == kid for it in self.keys[issuer].keys)
            self.keys[issuer] = self.files[issuer].now(at_once=not known)
        return self.keys[issuer]

    def _registry(self, issuer: str, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            tenant={"essential": True},
            kind={"essential": True},
        )


def issuer_in(token: str, trusted: Container[str]) -> str:
    """Read which issuer a token claims, to pick the keys that must then prove it."""
    from_payload = json.loads(_part(token, 1))
    issuer = from_payload.get("iss") if isinstance(from_payload, dict) else None
    if not isinstance(issuer, str) or issuer not in trusted:
        raise InvalidToken("an issuer that is not trusted here")
    return issuer


def _carried(claims: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Read in which session a token is used, and who acts by it."""
    session, act = claims.get("sid"), claims.get("act")
    acted_by = act.get("sub", "") if isinstance(act, dict) else act
    if not all(it is None or (isinstance(it, str) and it) for it in (session, acted_by)):
        raise InvalidToken("a session and an actor are texts")
    return session, acted_by


def _portal(kind: ActorKind, claims: Mapping[str, Any]) -> Portal | None:
    """Read of which party a guest is; nobody else is of one, and no guest of none."""
    told = claims.get("portal")
    if kind is not ActorKind.PORTAL and told is None:
        return None
    found = told if isinstance(told, dict) else {}
    party, person = found.get("party"), found.get("person")
    is_guest = kind is ActorKind.PORTAL
    if is_guest and isinstance(party, str) and isinstance(person, str) and party and person:
        return Portal(party, person)
    raise InvalidToken("a guest, and nobody else, is of a party, and somebody there")


def private_keys(text: str) -> list[OKPKey]:
    """Read a private key, or a set of them, of which the first one signs."""
    read = json.loads(text)
    keys = [OKPKey.import_key(it) for it in read.get("keys", [read])]
    if not keys:
        raise ValueError("there is no key")
    for it in keys:
        it.ensure_kid()
    return keys


def public_keys(text: str) -> KeySet:
    return KeySet.import_key_set(json.loads(text))


def new_key() -> OKPKey:
    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def _part(token: str, index: int) -> bytes:
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004  # header, payload, signature
        raise InvalidToken("not a token")
    return base64.urlsafe_b64decode(parts[index] + "=" * (-len(parts[index]) % 4))
