"""Manifests against the schemas of Kubernetes itself, closed: an unknown field is a fault."""

from collections.abc import Iterator

import kubernetes_validate

from deploy.policy.manifests import Manifest, named

OLDEST, NEWEST = "1.34", "1.36"


def findings(manifests: list[Manifest]) -> Iterator[str]:
    """Say what the oldest and the newest supported version would not understand."""
    for version in (OLDEST, NEWEST):
        for manifest in manifests:
            if fault := _fault(manifest, version):
                yield f"{named(manifest)} on {version}: {fault}"


def _fault(manifest: Manifest, version: str) -> str:
    try:
        kubernetes_validate.validate(manifest, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        return "there is no schema for this kind"
    return ""
