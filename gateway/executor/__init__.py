"""Carries out plans and makes the client's answer of what the subgraphs gave."""

from gateway.executor.introspection import introspect
from gateway.executor.projection import Projection, compile_projection
from gateway.executor.running import Ask, Run

__all__ = ["Ask", "Projection", "Run", "compile_projection", "introspect"]
