"""The ledger says what the last whole run proved, and nothing beyond it."""

import json
from pathlib import Path

import pytest

from tests.features import ledger

pytest_plugins = ["pytester"]

A_ROW, ANOTHER, A_RULE = "CUS-01", "SAL-05", "BR-12"
GREEN = f"""
import pytest

@pytest.mark.feature("{A_ROW}")
@pytest.mark.rule("{A_RULE}")
def test_green(): ...
"""
RED = f"""
import pytest

@pytest.mark.feature("{A_ROW}", "{ANOTHER}")
def test_red(): assert False
"""
UNKNOWN = """
import pytest

@pytest.mark.{mark}
def test_of_something_unknown(): ...
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # an inner run loads them anew
    pytester.makeconftest('pytest_plugins = ["tests.features.plugin"]')
    return pytester


def run(project: pytest.Pytester, *args: str) -> pytest.RunResult:
    return project.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider", *args)


def run_workers(project: pytest.Pytester) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "xdist", "-n2", timeout=120)


def verdicts(project: pytest.Pytester) -> dict[str, bool]:
    told = ledger.lines(ledger.rows(), ledger.read(project.path / ledger.RECORD))
    return {line.split()[0]: line.split()[1] == "proven" for line in told[:-1]}


def proven(project: pytest.Pytester) -> set[str]:
    return {row for row, is_proven in verdicts(project).items() if is_proven}


def test_every_row_rule_and_obligation_is_in_the_ledger_once():
    counts = {kind: len(ledger.rows(kind)) for kind in ("features", "rules", "obligations")}
    assert counts == {"features": 230, "rules": 60, "obligations": 25}
    assert len({row.id for row in ledger.rows()}) == 315


def test_a_green_test_proves_its_rows_and_no_other(project):
    project.makepyfile(GREEN)
    run(project).assert_outcomes(passed=1)
    assert proven(project) == {A_ROW, A_RULE}


def test_one_red_test_takes_the_proof_from_its_rows(project):
    project.makepyfile(test_green=GREEN, test_red=RED)
    run(project).assert_outcomes(passed=1, failed=1)
    assert proven(project) == {A_RULE}


@pytest.mark.parametrize(
    "mark", ["skip", "xfail(strict=False)", "usefixtures('breaks_on_leaving')"]
)
def test_what_did_not_pass_outright_proves_nothing(project, mark):
    project.makepyfile(f"""
    import pytest

    @pytest.fixture
    def breaks_on_leaving():
        yield
        raise RuntimeError

    @pytest.mark.{mark}
    @pytest.mark.feature("{A_ROW}")
    def test_of_no_worth(): ...
    """)
    run(project)
    assert (project.path / ledger.RECORD).exists()
    assert proven(project) == set()


def test_workers_report_what_they_collected(project):
    project.makepyfile(test_green=GREEN, test_red=RED)
    run_workers(project).assert_outcomes(passed=1, failed=1)
    assert proven(project) == {A_RULE}


def test_a_test_whose_worker_died_proves_nothing(project):
    dying = RED.replace("assert False", "__import__('os')._exit(1)")
    project.makepyfile(test_green=GREEN, test_dying=dying)
    run_workers(project)
    assert proven(project) == {A_RULE}


@pytest.mark.parametrize("args", [["-k", "green"], ["test_green.py"], ["-x"], ["--co"]])
def test_a_partial_run_leaves_the_record_as_it_was(project, args):
    project.makepyfile(test_green=GREEN, test_red=RED)
    run(project)
    before = (project.path / ledger.RECORD).read_text()
    project.makepyfile(test_red=RED.replace("assert False", "assert True"))
    run(project, *args)
    assert (project.path / ledger.RECORD).read_text() == before


def test_a_whole_run_forgets_what_is_no_longer_there(project):
    project.makepyfile(test_green=GREEN)
    run(project)
    project.path.joinpath("test_green.py").unlink()
    project.makepyfile(test_red=RED)
    run(project)
    assert [each["test"] for each in recorded(project)] == ["test_red.py::test_red"]


def recorded(project):
    return json.loads((project.path / ledger.RECORD).read_text())["claims"]


@pytest.mark.parametrize("mark", ['feature("CUS-99")', 'rule("CUS-01")', 'feature("BR-01")'])
def test_an_unknown_id_is_an_error_of_the_collection(project, mark):
    project.makepyfile(UNKNOWN.format(mark=mark))
    refused(run(project), project)


def test_a_worker_too_refuses_an_unknown_id(project):
    project.makepyfile(UNKNOWN.format(mark='feature("CUS-99")'))
    refused(run_workers(project), project)


def refused(result, project):
    assert result.parseoutcomes() == {"errors": 1}
    assert "is called" in result.stdout.str()
    assert not (project.path / ledger.RECORD).exists()


def test_each_line_begins_with_the_id_and_the_last_one_counts():
    claims = [ledger.Claim("tests/a.py::test_a", (A_ROW,), passed=True)]
    told = ledger.lines([ledger.Row(A_ROW, "One."), ledger.Row(A_RULE, "Two.")], claims)
    assert told == [
        "CUS-01  proven by tests/a.py::test_a  -- One.",
        "BR-12  not proven  -- Two.",
        "1 of 2 proven",
    ]
