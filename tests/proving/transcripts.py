"""A proof's transcript: when, where and of which commit it was, and what was found."""

import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime

from deploy.local.checkout import ROOT

FOLDER = ROOT / "docs" / "proofs"


@dataclass
class Transcript:
    """Lines as they were said; `title` and `meaning` stand above them."""

    title: str = ""
    meaning: str = ""
    lines: list[str] = field(default_factory=list)
    is_proven: bool = True

    def say(self, line=""):
        """Note a line, and show it to whoever waits."""
        print(line, flush=True)  # noqa: T201  # somebody is watching for minutes
        self.lines.append(line.rstrip())

    def write(self, name, *, seconds):
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{name.replace('_', '-')}.md"
        told = "proven" if self.is_proven else "**not proven**"
        head = [
            f"# {self.title}",
            *("", self.meaning, ""),
            f"- {told}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {seconds:.0f} s",
            f"- commit {commit()}",
            f"- {machine()}",
            *("", "```text"),
        ]
        file.write_text("\n".join([*head, *self.lines, "```", ""]), "utf-8")
        return file.relative_to(ROOT)


def commit():
    """Name the commit; what was changed since, but for the transcripts, is said."""
    changed = [it for it in _git("status", "--porcelain") if "docs/proofs/" not in it]
    return _git("rev-parse", "--short", "HEAD")[0] + (" and changes to it" if changed else "")


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores of {platform.machine()}, {memory:.0f} GiB, {platform.system()}"
        f" {platform.release().split('-')[0]}, Python {platform.python_version()}"
    )


def _git(*arguments):
    found = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return found.stdout.splitlines()
