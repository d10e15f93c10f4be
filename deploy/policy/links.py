"""What one manifest says of another: labels, ports, volumes, settings, secrets."""

from collections.abc import Iterator, Mapping

from deploy.policy.manifests import Manifest, Pod, named, of_kind, pods

DATABASE, STREAM, KEY = {"app", "worker", "owner"}, {"url"}, {"key.json"}
SECRETS: Mapping[str, set[str]] = {
    **{f"{service}-database": DATABASE for service in ("customers", "sales", "service-desk")},
    **{f"{service}-stream": STREAM for service in ("customers", "sales", "service-desk")},
    **{f"{program}-key": KEY for program in ("gateway", "customers", "sales", "service-desk")},
    "issuers": {f"{name}.jwks.json" for name in ("gateway", "customers", "sales", "service_desk")},
    "nats": {"administrator", "customers", "sales", "service-desk", "gateway"},
    **{f"{user}-stream": STREAM for user in ("administrator", "gateway")},
}
"""What an operator makes before the first install: deploy/README.md says how."""


def findings(manifests: list[Manifest]) -> Iterator[str]:
    """Say which links lead nowhere."""
    for pod in pods(manifests):
        yield from (f"{pod.name}: {fault}" for fault in _pod(pod, manifests))
    for service in of_kind(manifests, "Service"):
        yield from (f"{named(service)}: {fault}" for fault in _service(service, manifests))


def _pod(pod: Pod, manifests: list[Manifest]) -> Iterator[str]:
    yield from _selector(pod)
    yield from _volumes(pod)
    yield from _settings(
        pod, {each["metadata"]["name"] for each in of_kind(manifests, "ConfigMap")}
    )
    yield from _secrets(pod)


def _selector(pod: Pod) -> Iterator[str]:
    selector = pod.owner["spec"].get("selector", {}).get("matchLabels", {})
    if pod.stays and not (selector and selector.items() <= pod.labels.items()):
        yield f"its selector {selector} is not among its pods' labels {pod.labels}"


def _service(service: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    wanted = service["spec"].get("selector", {}).items()
    chosen = [pod for pod in pods(manifests) if wanted and wanted <= pod.labels.items()]
    if not chosen:
        yield "it leads to no pod"
    for pod in chosen:
        ports = {port["name"] for each in pod.containers for port in each.get("ports", [])}
        for port in service["spec"]["ports"]:
            if port.get("targetPort") not in ports:
                yield f"{pod.name} has no port called {port.get('targetPort')}"


def _volumes(pod: Pod) -> Iterator[str]:
    claims = pod.owner["spec"].get("volumeClaimTemplates", [])
    there = {volume["name"] for volume in pod.spec.get("volumes", [])}
    there |= {claim["metadata"]["name"] for claim in claims}
    mounts = [mount for each in pod.containers for mount in each.get("volumeMounts", [])]
    mounted = {mount["name"] for mount in mounts}
    yield from (f"it mounts {name}, which is no volume" for name in sorted(mounted - there))
    yield from (f"nobody mounts its volume {name}" for name in sorted(there - mounted))


def _settings(pod: Pod, there: set[str]) -> Iterator[str]:
    named_in = {volume["configMap"]["name"] for volume in _sources(pod, "configMap")}
    for container in pod.containers:
        references = [each.get("configMapRef") for each in container.get("envFrom", [])]
        references += [_value_from(each, "configMapKeyRef") for each in container.get("env", [])]
        named_in |= {reference["name"] for reference in references if reference}
    yield from (f"there is no ConfigMap {name}" for name in sorted(named_in - there))


def _secrets(pod: Pod) -> Iterator[str]:
    asked = [(volume["secret"]["secretName"], "") for volume in _sources(pod, "secret")]
    for container in pod.containers:
        keys = [_value_from(each, "secretKeyRef") for each in container.get("env", [])]
        asked += [(key["name"], key["key"]) for key in keys if key]
    for name, key in asked:
        if name not in SECRETS:
            yield f"secret {name} is none that an operator is told to make"
        elif key and key not in SECRETS[name]:
            yield f"secret {name} has no key {key}"


def _sources(pod: Pod, kind: str) -> list[Manifest]:
    return [volume for volume in pod.spec.get("volumes", []) if kind in volume]


def _value_from(variable: Manifest, kind: str) -> Manifest | None:
    source: Manifest | None = variable.get("valueFrom", {}).get(kind)
    return source
