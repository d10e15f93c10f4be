"""Judge kustomizations: `python -m deploy.policy deploy/kubernetes/overlays/dev`."""

import sys
from pathlib import Path

from deploy.policy import hardening, life, links, schemas
from deploy.policy.manifests import render


def main(*folders: str) -> int:
    """Print what is wrong with the rendered manifests of these folders; none is fine."""
    found = 0
    for folder in folders:
        manifests = render(Path(folder))
        for rules in (schemas, hardening, links, life):
            for finding in rules.findings(manifests):
                found += 1
                sys.stdout.write(f"{folder}: {finding}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
