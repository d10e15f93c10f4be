"""What deploy/kubernetes renders is what the policy asks; each rule is seen to fail."""

import copy
import json
import re
import subprocess
import sys
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from deploy.policy import hardening, life, links, schemas
from deploy.policy.manifests import RenderingError, named, of_kind, pods, render
from gateway.settings import GatewaySettings
from services.chassis.sealing import SealingSettings
from services.chassis.settings import ServiceSettings
from tests.guards.tree import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("overlays/dev", "overlays/dev/migrate")
RULES = (schemas, hardening, links, life)
GONE = object()


@pytest.fixture(scope="module")
def rendered():
    return [manifest for overlay in OVERLAYS for manifest in render(KUBERNETES / overlay)]


@pytest.fixture
def manifests(rendered):
    return copy.deepcopy(rendered)


def judged(manifests):
    return [finding for rules in RULES for finding in rules.findings(manifests)]


def plant(manifests, name, path, value):
    """Set, or take away, one place of one manifest; `0` in the path is the first of a list."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place = planted = next(each for each in manifests if named(each).startswith(name))
    for step in way:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return planted


def test_the_manifests_as_shipped_keep_every_rule(manifests):
    assert judged(manifests) == []


def test_each_program_has_its_deployment_service_probes_and_migration(manifests):
    names = {named(each) for each in manifests}
    services = ("customers", "sales", "service-desk")
    wanted = {"Deployment/gateway", "Service/gateway", "StatefulSet/nats", "Service/nats"}
    for service in services:
        wanted |= {f"Deployment/{service}", f"Deployment/{service}-worker", f"Service/{service}"}
        wanted |= {f"Job/{service}-migrate-0-1-0"}
    assert wanted <= names


SALES, WORKER, JOB = "Deployment/sales", "Deployment/sales-worker", "Job/sales"
POD, PROGRAM = "spec/template/spec", "spec/template/spec/containers/0"
BREACHES: dict[ModuleType, list[tuple[str, str, Any, str]]] = {
    schemas: [
        (SALES, f"{PROGRAM}/imagePullPolice", "Always", "imagePullPolice"),
        ("Service/sales", "kind", "Servlet", "no schema"),
        (SALES, "spec/minReadySeconds", "ten", "minReadySeconds"),
    ],
    hardening: [
        (SALES, f"{POD}/securityContext/runAsNonRoot", GONE, "runs as root"),
        (SALES, f"{POD}/securityContext/runAsUser", 0, "runs as root"),
        (JOB, f"{POD}/securityContext/seccompProfile", GONE, "no seccomp"),
        (SALES, f"{POD}/automountServiceAccountToken", GONE, "token"),
        (SALES, f"{POD}/enableServiceLinks", True, "every service"),
        (SALES, f"{POD}/hostNetwork", True, "node's spaces"),
        (SALES, f"{POD}/volumes/0", {"name": "scratch", "hostPath": {"path": "/"}}, "node's disk"),
        (SALES, f"{PROGRAM}/securityContext/allowPrivilegeEscalation", GONE, "gain privileges"),
        (SALES, f"{PROGRAM}/securityContext/privileged", True, "is privileged"),
        (JOB, f"{PROGRAM}/securityContext/readOnlyRootFilesystem", False, "write its own root"),
        (SALES, f"{PROGRAM}/securityContext/capabilities/drop", [], "keeps capabilities"),
        (SALES, f"{PROGRAM}/securityContext/capabilities/add", ["NET_RAW"], "keeps capabilities"),
        (SALES, f"{PROGRAM}/image", "guanxi:latest", "names no version"),
        (SALES, f"{PROGRAM}/image", "guanxi", "names no version"),
        (SALES, f"{PROGRAM}/resources/requests/cpu", GONE, "asks for no CPU"),
        (SALES, f"{PROGRAM}/resources/limits/cpu", "1", "CPU limit"),
        (SALES, f"{PROGRAM}/resources/limits/memory", "1Gi", "memory"),
    ],
    links: [
        (SALES, "spec/selector/matchLabels", {"app": "sales"}, "its selector"),
        ("Service/sales", "spec/selector", {"app": "sales"}, "leads to no pod"),
        ("Service/sales", "spec/ports/0/targetPort", "web", "no port called web"),
        (SALES, f"{POD}/volumes/1/name", "keys", "mounts key, which is no volume"),
        (SALES, f"{POD}/volumes/1/name", "keys", "nobody mounts its volume keys"),
        (SALES, f"{PROGRAM}/envFrom/0/configMapRef/name", "programs", "no ConfigMap programs"),
        (
            SALES,
            f"{PROGRAM}/env/0/valueFrom/secretKeyRef/name",
            "database",
            "secret database is none",
        ),
        (SALES, f"{PROGRAM}/env/0/valueFrom/secretKeyRef/key", "uri", "has no key uri"),
        (SALES, f"{POD}/volumes/1/secret/secretName", "keys", "secret keys is none"),
    ],
    life: [
        (WORKER, f"{PROGRAM}/readinessProbe", GONE, "no readinessProbe"),
        (SALES, f"{PROGRAM}/livenessProbe/httpGet/port", "web", "no livenessProbe"),
        (
            SALES,
            f"{PROGRAM}/livenessProbe/httpGet/path",
            "/readyz",
            "/readyz as its livenessProbe",
        ),
        ("StatefulSet/nats", f"{PROGRAM}/startupProbe", GONE, "no startupProbe"),
        (SALES, f"{PROGRAM}/lifecycle", GONE, "while requests still arrive"),
        (SALES, f"{POD}/terminationGracePeriodSeconds", 30, "do not fit into 30 s"),
        (SALES, "spec/strategy/rollingUpdate/maxSurge", 0, "before its successor"),
        (JOB, f"{POD}/restartPolicy", "OnFailure", "restartPolicy: Never"),
        (JOB, "spec/activeDeadlineSeconds", GONE, "activeDeadlineSeconds"),
    ],
}


@pytest.mark.parametrize(
    ("rules", "breach"), [(rules, breach) for rules in RULES for breach in BREACHES[rules]]
)
def test_a_planted_breach_is_told_by_name(manifests, rules, breach):
    name, path, value, told = breach
    planted = plant(manifests, name, path, value)
    # What else there is must stay in sight, for links lead there; a schema looks at one alone.
    judged_here = [planted] if rules is schemas else manifests
    assert [finding for finding in rules.findings(judged_here) if told in finding] != []


def test_a_kustomization_that_does_not_render_is_a_fault(tmp_path):
    (tmp_path / "kustomization.yaml").write_text("resources: [nowhere.yaml]\n")
    with pytest.raises(RenderingError, match=r"nowhere\.yaml"):
        render(tmp_path)


def test_no_part_of_the_base_is_left_out_of_the_overlay(manifests):
    parts = [path.parent for path in (KUBERNETES / "base").glob("*/kustomization.yaml")]
    assert len(parts) == 6
    for part in parts:
        assert {named(each) for each in render(part)} <= {named(each) for each in manifests}


def environment(pod, manifests):
    """Give the variables that a program would see; what comes from a secret has no value here."""
    data = {each["metadata"]["name"]: each["data"] for each in of_kind(manifests, "ConfigMap")}
    seen: dict[str, str] = {}
    for each in pod.spec["containers"][0].get("envFrom", []):
        if "configMapRef" in each:
            seen |= data[each["configMapRef"]["name"]]
    return seen | {each["name"]: "" for each in pod.spec["containers"][0].get("env", [])}


def settings_of(pod):
    if pod.spec["containers"][0]["args"][0] == "gateway.main":
        return GatewaySettings
    return ServiceSettings


def test_each_program_is_given_every_setting_that_it_needs_and_none_that_it_does_not_know(
    manifests,
):
    programs = [pod for pod in pods(manifests) if pod.owner["kind"] == "Deployment"]
    assert len(programs) == 7
    for pod in programs:
        fields = settings_of(pod).model_fields
        given = set(environment(pod, manifests))
        assert {name.upper() for name, each in fields.items() if each.is_required()} <= given
        own = SealingSettings.model_fields if "/customers" in pod.name else {}
        assert given <= {name.upper() for name in (*fields, *own)}, pod.name


class Means:
    """Notes to which services a program asks for a way; of all else it wants nothing here."""

    settings = SimpleNamespace(token_minutes=1)
    works = signer = following = None

    def __init__(self):
        self.asked: set[str] = set()

    def channel(self, service):
        self.asked.add(service)


def test_each_program_is_told_where_those_are_whom_it_asks_and_that_they_listen(manifests):
    listed = {named(each): each for each in of_kind(manifests, "Service")}
    for pod in pods(manifests):
        if not (
            found := re.fullmatch(r"services\.(\w+)\.main", pod.spec["containers"][0]["args"][0])
        ):
            continue
        means = Means()
        import_module(found[0]).parts().app(means)
        targets = json.loads(environment(pod, manifests).get("RPC_TARGETS", "{}"))
        assert means.asked == set(targets), pod.name
        for service, target in targets.items():
            host, _, port = target.removeprefix("dns:///").rpartition(":")
            (it,) = [each for name, each in listed.items() if name.endswith(f"/{host}")]
            assert int(port) in [each["port"] for each in it["spec"]["ports"]], service


def test_the_public_keys_that_a_program_trusts_are_mounted_where_it_looks(manifests):
    for pod in pods(manifests):
        trusted = json.loads(environment(pod, manifests).get("TRUSTED_ISSUERS", "{}"))
        for issuer, path in trusted.items():
            assert path == f"/run/guanxi/issuers/{issuer}.jwks.json", pod.name
            assert path.rpartition("/")[2] in links.SECRETS["issuers"], pod.name


def test_each_program_that_a_manifest_starts_is_there(manifests):
    modules = {pod.spec["containers"][0]["args"][0] for pod in pods(manifests)}
    ours = {module for module in modules if not module.startswith("--")}
    paths = [ROOT / module.replace(".", "/") for module in ours]
    assert [
        str(path)
        for path in paths
        if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists()
    ] == []


def test_the_operators_guide_names_every_secret():
    guide = (ROOT / "deploy" / "README.md").read_text()
    assert [name for name in links.SECRETS if f"`{name}`" not in guide] == []


def test_the_guide_names_the_versions_that_are_checked():
    guide = (ROOT / "deploy" / "README.md").read_text()
    assert re.search(rf"{schemas.OLDEST} to {schemas.NEWEST}", guide)


def test_the_command_says_what_is_wrong_and_fails(tmp_path):
    (tmp_path / "kustomization.yaml").write_text("resources: [job.yaml]\n")
    (tmp_path / "job.yaml").write_text(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: bare}\n"
        "spec: {template: {metadata: {}, spec: {containers: [{name: program, image: x}]}}}\n"
    )
    command = [sys.executable, "-m", "deploy.policy", str(tmp_path)]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert "Job/bare: runs as root" in result.stdout
