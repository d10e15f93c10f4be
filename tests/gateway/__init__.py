"""The gateway, tested through its door, over real subgraphs that are served by HTTP."""
