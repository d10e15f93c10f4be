"""Who a server may run as: PostgreSQL refuses root, and a user without a name."""

import functools
import os
import pwd
import shutil
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

from .confined import NOBODY
from .processes import Bounds, Identity
from .refusals import Refused

WORLD = Path("/var/tmp")  # noqa: S108  # survives a restart; see `place`, which trusts nobody there


@functools.cache
def namespaces_are_allowed() -> bool:
    probe = Bounds("namespace").around([shutil.which("true") or "/bin/true"])
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0  # noqa: S603  # our own script


def of_database_server() -> Identity:
    """Ourselves where that will do; else nobody in a namespace; else nobody altogether."""
    if os.geteuid() != 0 and has_a_name(os.geteuid()):
        return "self"
    if namespaces_are_allowed():
        return "namespace"
    if os.geteuid() == 0:
        return "nobody"
    raise Refused(
        f"user {os.geteuid()} has no name on this machine, and PostgreSQL wants one: "
        "set ADMIN_DATABASE_URL to a PostgreSQL that runs elsewhere"
    )


def has_a_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def is_open_to_all(path: Path) -> bool:
    """Whether any user can walk down to it."""
    folders = [path.resolve(), *path.resolve().parents]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders if folder.exists())


def place(folder: Path, identity: Identity) -> Path:
    """Where the data of a folder lies: in it, unless `nobody` could not walk down to it."""
    if identity != "nobody" or is_open_to_all(folder.parent):
        return folder
    mark = sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    elsewhere = WORLD / f"guanxi-{mark}"
    elsewhere.mkdir(mode=0o711, exist_ok=True)
    if elsewhere.is_symlink() or elsewhere.stat().st_uid != os.geteuid():
        raise Refused(f"{elsewhere} belongs to somebody else: remove it first")
    return elsewhere


def hand_over(path: Path, identity: Identity) -> None:
    if identity == "nobody":
        os.chown(path, NOBODY, NOBODY)
