"""A signing key for each program, and what the others need to verify it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet

from services.chassis.sealing import new_sealing_key
from services.chassis.tokens import Signer, new_key, private_keys

from .databases import SERVICES
from .passwords import write_private

PROGRAMS = (*SERVICES, "gateway")


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where a program's keys lie: the private one for it alone, the public ones for all."""

    private: Path
    public: Path

    @classmethod
    def of(cls, program: str, folder: Path) -> "KeyFiles":
        return cls(folder / f"{program}.key.json", folder / f"{program}.jwks.json")


def make(folder: Path) -> dict[str, KeyFiles]:
    """Make the keys that are missing; those that are there stay, and tokens stay good."""
    made = {program: KeyFiles.of(program, folder) for program in PROGRAMS}
    for program, files in made.items():
        if not files.private.exists():
            write_private(files.private, json.dumps(new_key().as_dict(private=True)))
        public = Signer.from_file(program, files.private).jwks()
        write_public(files.public, public)
    if not sealing(made).exists():
        write_private(sealing(made), json.dumps(new_sealing_key().as_dict(private=True)))
    return made


def sealing(keys: Mapping[str, KeyFiles]) -> Path:
    """Say where the key lies that seals what customers keeps; without it nothing opens again."""
    return keys["customers"].private.with_name("sealing.key.json")


def rotate(program: str, folder: Path) -> str:
    """Let a program sign with a new key from now on, and tell which; the last one is still good.

    What was signed with it stays good until the next rotation: rotate again to end it. The public
    half is there first: who meets a key that it does not know looks at that file at once.
    """
    files = KeyFiles.of(program, folder)
    kept = [new_key(), private_keys(files.private.read_text())[0]]
    write_public(files.public, dict(KeySet([*kept]).as_dict(private=False)))
    write_private(files.private, json.dumps({"keys": [it.as_dict(private=True) for it in kept]}))
    return str(kept[0].kid)


def write_public(path: Path, jwks: Mapping[str, Any]) -> None:
    """Write it whole or not at all: others read it while it changes."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(json.dumps(jwks))
    unfinished.rename(path)


def trusted(program: str, keys: Mapping[str, KeyFiles]) -> dict[str, str]:
    """Say whose tokens a program believes: the gateway people's, a service the other programs'."""
    believed = (
        ["customers"] if program == "gateway" else [each for each in keys if each != program]
    )
    return {issuer: str(keys[issuer].public) for issuer in believed}
