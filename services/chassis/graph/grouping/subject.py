"""Subjects: what can be grouped and measured of one record type, and its types in the graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.chassis.graph.grouping.inputs import COUNT
from services.chassis.graph.grouping.keys import Key, key_type, keys_of
from services.chassis.graph.grouping.measures import Measured, measured_of, measures_type
from services.chassis.graph.making import BindingError
from services.chassis.graph.shapes import Shape

Figure = tuple[str, str]
"""A field's name in the graph, and what is measured of it."""


@dataclass(frozen=True)
class Subject:
    """A record type as groups see it."""

    shape: Shape

    @cached_property
    def keys(self) -> Mapping[str, Key]:
        return keys_of(self.shape)

    @cached_property
    def measured(self) -> Mapping[str, Measured]:
        return measured_of(self.shape, self.keys)

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Give all figures by the names under which they are sorted by."""
        return {
            it.sort_name(measure): (it.public, measure)
            for it in self.measured.values()
            for measure in it.family.measures
        }

    @cached_property
    def sorts(self) -> Mapping[str, str]:
        """Say what each sort of groups is."""
        figures = {
            name: f"By {measure} of {public}." for name, (public, measure) in self.figures.items()
        }
        keys = {it.name: f"By {it.public}, where it is grouped by." for it in self.keys.values()}
        twice = [*(keys.keys() & figures.keys()), *({COUNT} & (keys.keys() | figures.keys()))]
        if twice:
            raise BindingError(f"{self.shape.name}: groups cannot be sorted by {sorted(twice)}")
        return {COUNT: "By how many records there are.", **keys, **figures}

    @cached_property
    def key_type(self) -> Any:
        return key_type(self.shape, dict(self.keys))

    @cached_property
    def measures_type(self) -> Any:
        return measures_type(self.shape, self.measured)
