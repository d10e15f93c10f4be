"""One graph in front of many: a Federation 2 gateway that knows supergraphs and no domain.

Composition makes the supergraph file, `supergraph` reads it, the planner turns an operation into
steps, the executor runs them, the pipeline leads one request through all of it.
"""
