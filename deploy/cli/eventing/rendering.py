"""The users of the stream's server in Kubernetes, written from contracts and grants."""

from collections.abc import Mapping
from pathlib import Path

import typer

from deploy.local.checkout import ROOT
from deploy.stream import grants, rights
from deploy.stream.grants import Grant

BASE = ROOT / "deploy" / "kubernetes" / "base" / "nats"
HEAD = """\
# Written by `crm events users` from the services' contracts, and from grants.json if there is one.
# Passwords come from the environment; write them with a letter first, so that none of them is read
# as a number.
"""


def grants_file(folder: Path) -> Path:
    """Say where an overlay keeps its grants: the stream's job reads them."""
    return folder / "migrate" / "grants.json"


def text(kept: Mapping[str, Grant]) -> str:
    return HEAD + rights.configuration(kept.values(), lambda name: f"${rights.variable(name)}")


def write(folder: Path, kept: Mapping[str, Grant]) -> None:
    grants.write(grants_file(folder), kept)
    (folder / "users.conf").write_text(text(kept))


def write_users(overlay: Path | None, *, check: bool) -> None:
    folder = overlay or BASE
    file, wanted = folder / "users.conf", text(grants.read(grants_file(folder)))
    if not check:
        file.write_text(wanted)
    elif not file.exists() or file.read_text() != wanted:
        typer.echo(f"{file} is stale: `crm events users` writes it anew", err=True)
        raise typer.Exit(1)
