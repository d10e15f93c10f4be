"""What every test may use: the ledger of features, and real servers."""

pytest_plugins = ["tests.features.plugin", "tests.support.servers"]
