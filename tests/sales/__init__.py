"""Sales, tried through its graph and its subscriptions."""
