"""What a pod may not do, whatever it runs: the `restricted` standard, and what we add to it."""

from collections.abc import Iterator

from deploy.policy.manifests import Manifest, Pod, pods


def findings(manifests: list[Manifest]) -> Iterator[str]:
    """Say which pods and containers hold more than they need."""
    for pod in pods(manifests):
        yield from _pod(pod)
        for container in pod.containers:
            where = f"{pod.name} {container['name']}"
            yield from (f"{where}: {fault}" for fault in _container(container))
            yield from (f"{where}: {fault}" for fault in _image(container["image"]))
            yield from (f"{where}: {fault}" for fault in _resources(container))


def _pod(pod: Pod) -> Iterator[str]:
    context = pod.spec.get("securityContext", {})
    wanted = {
        "runs as root": context.get("runAsNonRoot") is True and context.get("runAsUser", 0) > 0,
        "has no seccomp profile": context.get("seccompProfile") == {"type": "RuntimeDefault"},
        "is given the cluster's token": pod.spec.get("automountServiceAccountToken") is False,
        "is told of every service": pod.spec.get("enableServiceLinks") is False,
        "shares the node's spaces": not any(
            pod.spec.get(space) for space in ("hostNetwork", "hostPID", "hostIPC")
        ),
        "mounts the node's disk": not any(
            "hostPath" in volume for volume in pod.spec.get("volumes", [])
        ),
    }
    return (f"{pod.name}: {fault}" for fault, is_kept in wanted.items() if not is_kept)


def _container(container: Manifest) -> Iterator[str]:
    context = container.get("securityContext", {})
    capabilities = context.get("capabilities", {})
    wanted = {
        "may gain privileges": context.get("allowPrivilegeEscalation") is False,
        "is privileged": not context.get("privileged"),
        "may write its own root": context.get("readOnlyRootFilesystem") is True,
        "keeps capabilities": capabilities.get("drop") == ["ALL"] and not capabilities.get("add"),
    }
    return (fault for fault, is_kept in wanted.items() if not is_kept)


def _image(image: str) -> Iterator[str]:
    tag = image.rpartition("/")[2].partition(":")[2]
    if "@sha256:" not in image and tag in ("", "latest"):
        yield f"image {image} names no version"


def _resources(container: Manifest) -> Iterator[str]:
    requests = container.get("resources", {}).get("requests", {})
    limits = container.get("resources", {}).get("limits", {})
    if "cpu" not in requests:
        yield "asks for no CPU"
    if "cpu" in limits:
        yield "has a CPU limit, which slows it while the node is idle"
    if "memory" not in requests or requests["memory"] != limits.get("memory"):
        yield "memory asked for and memory allowed are not the same"
