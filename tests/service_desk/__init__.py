"""The service desk, tried through its graph and its subscriptions."""
