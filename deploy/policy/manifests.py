"""Manifests as kustomize renders them, and the pods that stand in them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
STAYING = {"Deployment", "StatefulSet"}
RUNNING = STAYING | {"Job"}


class RenderingError(Exception):
    """A kustomization cannot be rendered; the message is kubectl's."""


@dataclass(frozen=True)
class Pod:
    """What a workload runs, with a name for messages."""

    owner: Manifest

    @property
    def name(self) -> str:
        return named(self.owner)

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.owner["spec"]["template"]["metadata"].get("labels", {}))

    @property
    def spec(self) -> Manifest:
        spec: Manifest = self.owner["spec"]["template"]["spec"]
        return spec

    @property
    def containers(self) -> list[Manifest]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def stays(self) -> bool:
        return self.owner["kind"] in STAYING


def named(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def pods(manifests: list[Manifest]) -> Iterator[Pod]:
    return (Pod(manifest) for manifest in manifests if manifest["kind"] in RUNNING)


def render(kustomization: Path) -> list[Manifest]:
    """Render a kustomization with the client that stands beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("kubectl")
    client = str(beside) if beside.exists() else shutil.which("kubectl")
    if client is None:
        raise RenderingError("kubectl is neither beside this Python nor on the path")
    rendered = subprocess.run(  # noqa: S603  # our own client, on a folder that the caller names
        [client, "kustomize", str(kustomization)], capture_output=True, text=True, check=False
    )
    if rendered.returncode:
        raise RenderingError(rendered.stderr.strip())
    return [manifest for manifest in yaml.safe_load_all(rendered.stdout) if manifest]
