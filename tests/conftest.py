"""What every test may use: the ledger of features, and real servers."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.features.plugin", "tests.support.servers"]


def pytest_configure():
    """Let no property fail because the machine was busy: how long an example takes is no fact."""
    slow = [HealthCheck.too_slow]
    settings.register_profile("untimed", deadline=None, suppress_health_check=slow)
    settings.load_profile("untimed")
