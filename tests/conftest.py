"""What every test may use: the ledger of features, and real servers."""

from hypothesis import settings

settings.register_profile("house", deadline=None)  # a busy machine is no finding
settings.load_profile("house")
pytest_plugins = ["tests.features.plugin", "tests.support.servers"]
