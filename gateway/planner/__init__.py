"""Turns operations into plans: pure, without any request. The executor carries plans out."""

from gateway.planner.choosing import Unplannable
from gateway.planner.operation import Operation, condition_variables, normalise
from gateway.planner.plan import Entities, Fetch, Plan
from gateway.planner.planning import plan

__all__ = [
    "Entities",
    "Fetch",
    "Operation",
    "Plan",
    "Unplannable",
    "condition_variables",
    "normalise",
    "plan",
]
