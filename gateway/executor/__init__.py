"""Carries out plans and makes the client's answer of what the subgraphs gave."""

from gateway.executor.forwarding import IsAnswer, compile_is_answer
from gateway.executor.introspection import introspect
from gateway.executor.projection import Projection, compile_projection
from gateway.executor.running import Ask, Run
from gateway.executor.steps import Step, compile_steps

__all__ = [
    "Ask",
    "IsAnswer",
    "Projection",
    "Run",
    "Step",
    "compile_is_answer",
    "compile_projection",
    "compile_steps",
    "introspect",
]
