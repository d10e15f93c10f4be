"""The alarms ask for metrics that there are, and each says what it means."""

import re

import yaml
from prometheus_client import REGISTRY

from services.chassis import metrics
from tests.guards.tree import ROOT

RULES = [
    rule
    for file in sorted((ROOT / "deploy" / "alerts").glob("*.yaml"))
    for group in yaml.safe_load(file.read_text())["groups"]
    for rule in group["rules"]
]


def test_every_alarm_asks_for_metrics_that_are_there():
    assert metrics.BACKLOG
    known = set()
    for it in REGISTRY.collect():
        known |= {it.name, f"{it.name}_total"}
    for rule in RULES:
        asked = set(re.findall(r"crm_\w+", rule["expr"]))
        assert asked, rule["alert"]
        assert asked <= known, rule["alert"]


def test_every_alarm_says_how_urgent_it_is_and_what_is_so():
    assert len({it["alert"] for it in RULES}) == len(RULES) >= 8
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert (
            rule["annotations"]["summary"].endswith((".", "?"))
            or ":" in (rule["annotations"]["summary"])
        )
