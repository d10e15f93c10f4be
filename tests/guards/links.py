"""Where a document's links lead: to a file of the house, or out of it."""

import re
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def findings(root: Path, path: str) -> Iterator[str]:
    """Say in which lines of a document a link leads to nothing; what is elsewhere is let be."""
    if not path.endswith(".md"):
        return
    for number, line in enumerate((root / path).read_text("utf-8").splitlines(), start=1):
        for target in LINK.findall(line):
            if ":" not in target and not (root / path).parent.joinpath(target).exists():
                yield f"{path}:{number}: {target} is not there"
