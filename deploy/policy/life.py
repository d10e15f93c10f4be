"""How a program is started, asked, replaced and stopped without anybody noticing."""

from collections.abc import Iterator

from deploy.policy.manifests import Manifest, Pod, of_kind, pods

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
PATHS = {"startupProbe": "/startupz", "readinessProbe": "/readyz", "livenessProbe": "/livez"}
OURS = "program"


def findings(manifests: list[Manifest]) -> Iterator[str]:
    """Say which programs would be cut off, left unasked, or run without end."""
    drain = _drain_seconds(manifests)
    for pod in pods(manifests):
        faults = (
            [*_probes(pod), *_stop(pod, drain), *_replacement(pod)] if pod.stays else _job(pod)
        )
        yield from (f"{pod.name}: {fault}" for fault in faults)


def _probes(pod: Pod) -> Iterator[str]:
    for container in pod.spec["containers"]:
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in PROBES:
            asked = container.get(probe, {}).get("httpGet", {})
            if asked.get("port") not in ports:
                yield f"{container['name']} has no {probe} on a port of its own"
            elif container["name"] == OURS and asked.get("path") != PATHS[probe]:
                yield f"{container['name']} is asked {asked.get('path')} as its {probe}"


def _stop(pod: Pod, drain: int) -> Iterator[str]:
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    for container in pod.spec["containers"]:
        before = container.get("lifecycle", {}).get("preStop", {})
        if not before:
            yield f"{container['name']} is stopped while requests still arrive"
        pause = before.get("sleep", {}).get("seconds", 0)
        if container["name"] == OURS and pause + drain >= grace:
            yield f"a pause of {pause} s and {drain} s of draining do not fit into {grace} s"


def _replacement(pod: Pod) -> Iterator[str]:
    if pod.owner["kind"] != "Deployment":
        return
    rolling = pod.owner["spec"].get("strategy", {}).get("rollingUpdate", {})
    if (rolling.get("maxUnavailable"), rolling.get("maxSurge", 0)) != (0, 1):
        yield "an old pod goes before its successor has come (maxUnavailable: 0, maxSurge: 1)"


def _job(pod: Pod) -> Iterator[str]:
    spec = pod.owner["spec"]
    if pod.spec.get("restartPolicy") != "Never":
        yield "a job that fails leaves its pod and its log (restartPolicy: Never)"
    for bound in ("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"):
        if bound not in spec:
            yield f"a job has a {bound}"


def _drain_seconds(manifests: list[Manifest]) -> int:
    drains = [
        int(settings["data"]["DRAIN_SECONDS"])
        for settings in of_kind(manifests, "ConfigMap")
        if "DRAIN_SECONDS" in settings.get("data", {})
    ]
    return max(drains, default=0)
