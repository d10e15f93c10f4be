"""A signing key for each program, and what the others need to verify it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.tokens import Signer, new_key

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
        files.public.write_text(json.dumps(public))
    return made


def trusted(program: str, keys: Mapping[str, KeyFiles]) -> dict[str, str]:
    """Say whose tokens a program believes: the gateway people's, a service the other programs'."""
    believed = (
        ["customers"] if program == "gateway" else [each for each in keys if each != program]
    )
    return {issuer: str(keys[issuer].public) for issuer in believed}
