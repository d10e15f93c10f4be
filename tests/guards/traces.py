"""What a committed file must not carry: a machine's paths, and the hosts that packages come from.

Either would tie a clone to the place where it was written.
"""

import re
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("work", "tmp", "home", "root", "Users", "mnt")
HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("docker", "io"),
    ("ghcr", "io"),
    ("quay", "io"),
    ("gcr", "io"),
    ("registry", "k8s", "io"),
    ("proxy", "golang", "org"),
)
MACHINE_PATH = re.compile(rf"(?<![\w.\-/$}}~*])/(?:{'|'.join(FOLDERS)})/[\w.\-]")
REGISTRY = re.compile("|".join(r"\b" + r"\.".join(host) + r"\b" for host in HOSTS))
TRACES = (
    (MACHINE_PATH, "a path of one machine"),
    (REGISTRY, "the host of a package registry"),
)


def findings(root: Path, path: str) -> Iterator[str]:
    """Say in which lines of a text file such a trace stands; other files have no lines."""
    try:
        text = (root / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, what in TRACES:
            if found := pattern.search(line):
                yield f"{path}:{number}: {what}: {found[0]}"
