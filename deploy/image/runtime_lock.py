"""Print the part of requirements.lock that runs in the image, hashes included.

    python deploy/image/runtime_lock.py requirements.in requirements.lock
    python deploy/image/runtime_lock.py requirements.in requirements.lock grpcio-tools

The first gives what stands under "What runs" and all that it needs, less what only generates
code; the second gives one package and all that it needs. It runs on a bare Python.
"""

import re
import sys
from pathlib import Path

SECTION = "# What runs"
GENERATES_CODE = {"grpcio-tools"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def roots(requirements: str) -> set[str]:
    """Read the names that stand under "What runs"."""
    section = requirements.partition(SECTION)[2].partition("\n# What")[0]
    lines = [line for line in section.splitlines()[1:] if not line.startswith("#")]
    return {_name(line) for line in lines if line.strip()} - GENERATES_CODE


def entries(lock: str) -> dict[str, str]:
    """Cut the lock into its entries, each under the name of its package."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + lock)[1:]
    return {_name(block): block.rstrip("\n") for block in blocks}


def needed(wanted: set[str], lock: dict[str, str]) -> list[str]:
    """Name what these packages need in turn, by the lock's own notes of who asked for what."""
    asked_by = {name: _asked_by(block) for name, block in lock.items()}
    found: set[str] = set()
    more = set(wanted)
    while more:
        found |= more
        more = {name for name, askers in asked_by.items() if askers & found} - found
    return sorted(found)


def _asked_by(block: str) -> set[str]:
    notes = block.partition("# via")[2].replace("#", " ").splitlines()
    return {_name(note) for note in notes if note.strip() and not note.strip().startswith("-r")}


def _name(text: str) -> str:
    found = NAME.match(text.strip())
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def main(requirements: str, lock: str, *wanted: str) -> None:
    """Print the entries, in the lock's own form."""
    locked = entries(Path(lock).read_text(encoding="utf-8"))
    names = set(wanted) or roots(Path(requirements).read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(locked[name] for name in needed(names, locked)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
