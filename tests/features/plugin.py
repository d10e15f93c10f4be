"""The markers `feature` and `rule`, and the record of what a whole run proved.

    @pytest.mark.feature("CUS-01", "CUS-03")
    @pytest.mark.rule("BR-23")

Only a whole run is recorded, and it replaces the record before it. Merging partial runs test by
test would keep alive what was renamed, deleted, or broken since by a change elsewhere: a row
would then read `proven` though no run ever saw the tree as it stands.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.features import ledger

MARKERS = {
    "feature": (ledger.FEATURES,),
    "rule": (ledger.RULES, ledger.OBLIGATIONS),
}
NARROWING = (
    "keyword",
    "markexpr",
    "lf",
    "stepwise",
    "deselect",
    "ignore",
    "ignore_glob",
    "maxfail",
    "collectonly",
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*ids): the rows of the ledger that a test proves")
    config.addinivalue_line("markers", "rule(*ids): the BR and ARC sentences that a test proves")
    config.pluginmanager.register(Recorder(config), "features-recorder")


class Recorder:
    """Knows what each collected test claims, and how each of them went.

    Claims are taken from the collection and outcomes from the reports: a test whose worker died
    is claimed and never reported, and so proves nothing.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.known = {marker: _ids(*kinds) for marker, kinds in MARKERS.items()}
        self.claims: dict[str, list[str]] = {}
        self.passed: set[str] = set()
        self.fell: set[str] = set()
        self.is_broken = False

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Refuse at collection a test that claims what is not in the ledger."""
        report = yield
        items = [item for item in report.result or () if isinstance(item, pytest.Item)]
        faults = [fault for item in items for fault in self._faults(item)]
        if faults:
            report.outcome, report.result, report.longrepr = "failed", [], "\n".join(faults)
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        claims = {item.nodeid: [row for _, row in _claimed(item)] for item in items}
        self.claims = {test: proves for test, proves in claims.items() if proves}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.is_broken = self.is_broken or report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.passed and not hasattr(report, "wasxfail"):
            if report.when == "call":
                self.passed.add(report.nodeid)
        else:
            self.fell.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Hear from a worker of xdist what it collected."""
        self.claims.update(getattr(node, "workeroutput", {}).get("features", {}))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        worker_output = getattr(self.config, "workeroutput", None)
        if worker_output is not None:
            worker_output["features"] = self.claims
        elif self._ran_to_its_end(exitstatus) and is_whole(self.config):
            ledger.write(self.config.rootpath / ledger.RECORD, self._outcome())

    def _faults(self, item: pytest.Item) -> list[str]:
        return [
            f"{item.nodeid}: no {marker} is called {row!r}"
            for marker, row in _claimed(item)
            if row not in self.known[marker]
        ]

    def _ran_to_its_end(self, exitstatus: int) -> bool:
        """With xdist a file that cannot be collected ends like a test that failed."""
        return exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and (
            not self.is_broken
        )

    def _outcome(self) -> list[ledger.Claim]:
        good = self.passed - self.fell
        return [
            ledger.Claim(test, tuple(proves), test in good) for test, proves in self.claims.items()
        ]


def is_whole(config: pytest.Config) -> bool:
    """Tell whether this run was asked for all tests there are."""
    wanted = {config.rootpath / path for path in config.getini("testpaths") or ["."]}
    given = {Path(config.invocation_params.dir, arg) for arg in config.args}
    narrowed = any(config.getoption(name, default=None) for name in NARROWING)
    return wanted <= given and not narrowed


def _claimed(item: pytest.Item) -> list[tuple[str, str]]:
    marks = [mark for mark in item.iter_markers() if mark.name in MARKERS]
    return [(mark.name, row) for mark in marks for row in mark.args]


def _ids(*kinds: str) -> set[str]:
    return {row.id for row in ledger.rows(*kinds)}
