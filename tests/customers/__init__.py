"""The customers service, tried through its graph, its sign-in and its subscriptions."""
