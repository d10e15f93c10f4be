"""The files of the house, as a guard reads them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("services/stubs/",)
NOT_SLICES = {"contract", "migrations"}
LEFT_OUT = {".venv", ".git", ".run", ".tools", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """A Python module: where it stands, from the root and with slashes, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def room(self) -> str:
        """The room of a slice that this belongs to, or nothing: `commands` for `a/commands/b.py`.

        A room that grew too long is a folder of the same name.
        """
        parts = self.parts
        is_in_slice = (
            len(parts) > 3
            and parts[0] == "services"
            and parts[1] != "chassis"
            and parts[2] not in NOT_SLICES
        )
        return parts[3].removesuffix(".py") if is_in_slice else ""


def tracked(root: Path = ROOT) -> list[str]:
    """List what is, or would be, committed; without git, all but the folders of this machine."""
    try:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walked(root))
    return sorted(path for path in set(listed.stdout.splitlines()) if (root / path).is_file())


def _walked(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        within = path.relative_to(root)
        if path.is_file() and not LEFT_OUT & set(within.parts):
            yield within.as_posix()


def sources(root: Path = ROOT) -> list[Source]:
    """Read every module that a person wrote."""
    return [
        Source(path, (root / path).read_text(encoding="utf-8"))
        for path in tracked(root)
        if path.endswith(".py") and not path.startswith(GENERATED)
    ]
