"""Sealing: secrets that must be read again are kept encrypted, by a key outside the database.

AES-256-GCM; what is sealed names its key, and is bound to what it is about: copied elsewhere it
opens nothing.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OctKey
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.refusals import Code, Refusal

NONCE_BYTES, KEY_BITS = 12, 256


class SealingKeyMissing(Refusal):
    """Nobody said where the key is: a secret is then not taken at all."""

    code, reason = Code.DEPENDENCY_UNAVAILABLE, "SEALING_KEY_MISSING"


class SealingSettings(BaseSettings):
    """Where the key is; it is read when it is needed, so that another one needs no restart."""

    model_config = SettingsConfigDict(extra="ignore")

    sealing_key_file: Path | None = Field(
        None, description="a JWK of kind oct with 256 bits, or a set whose first one seals"
    )


@dataclass(frozen=True)
class Seals:
    """Seals by the first of its keys, and opens by any."""

    keys: Mapping[str, bytes]

    @staticmethod
    def here() -> "Seals":
        """Read the keys that the settings name; there may be none, or not yet."""
        path = SealingSettings().sealing_key_file
        return Seals(sealing_keys(path.read_text()) if path and path.exists() else {})

    @property
    def current(self) -> str:
        for it in self.keys:
            return it
        raise SealingKeyMissing("an operator must set SEALING_KEY_FILE for this")

    def seal(self, plain: str, about: str) -> str:
        key, nonce = self.current, secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[key]).encrypt(nonce, plain.encode(), about.encode())
        return f"{key}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str | None:
        """Give what was sealed about this; None where its key is gone, or it was changed."""
        key, _, text = sealed.rpartition(".")
        if key not in self.keys:
            return None
        whole = base64.urlsafe_b64decode(text)
        nonce, held = whole[:NONCE_BYTES], whole[NONCE_BYTES:]
        try:
            return AESGCM(self.keys[key]).decrypt(nonce, held, about.encode()).decode()
        except InvalidTag:
            return None

    def is_current(self, sealed: str) -> bool:
        """Say whether it is sealed by the first key, where there is any."""
        return not self.keys or sealed.startswith(f"{self.current}.")


def sealing_keys(text: str) -> dict[str, bytes]:
    """Read a key, or a set of them, by their ids; the first one seals."""
    told = json.loads(text)
    found = [OctKey.import_key(it) for it in told.get("keys", [told])]
    for it in found:
        it.ensure_kid()
        if len(it.raw_value) * 8 != KEY_BITS:
            raise ValueError(f"a sealing key has {KEY_BITS} bits")
    return {str(it.kid): it.raw_value for it in found}


def new_sealing_key() -> OctKey:
    key = OctKey.generate_key(KEY_BITS)
    key.ensure_kid()
    return key
