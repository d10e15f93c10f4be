"""Ticking: what is chosen for whom before it counts: one by one, or all, or none of it."""

from collections.abc import Iterable, Mapping, Sequence

from services.chassis.permissions import SharePermission

Ticks = Mapping[str, frozenset[SharePermission]]
"""What is ticked for whom; who has nothing ticked is not in it."""
ALL, NONE = frozenset(SharePermission), frozenset[SharePermission]()


def closed(acts: Iterable[SharePermission]) -> frozenset[SharePermission]:
    """Add that one may view what one may do anything with."""
    given = frozenset(acts)
    return given | {SharePermission.VIEW} if given else given


def chosen(ticks: Ticks, principals: Iterable[str], acts: Iterable[SharePermission]) -> Ticks:
    """Tick just this for these, whatever was ticked for them before."""
    given = closed(acts)
    return {k: v for k, v in {**ticks, **dict.fromkeys(principals, given)}.items() if v}


def toggled(ticks: Ticks, principals: Sequence[str]) -> Ticks:
    """Tick everything for these; if all of it is ticked for all of them, nothing (BR-31)."""
    is_full = all(ticks.get(it) == ALL for it in principals)
    return chosen(ticks, principals, NONE if is_full else ALL)


def changes(before: Ticks, after: Ticks) -> dict[str, frozenset[SharePermission]]:
    """Give for whom something became different, and what is ticked for them by now."""
    all_named = sorted({*before, *after})
    now = {it: after.get(it, NONE) for it in all_named}
    return {it: acts for it, acts in now.items() if acts != before.get(it, NONE)}


def read_ticks(kept: Mapping[str, Sequence[str]]) -> Ticks:
    """Read ticks back as they were written down."""
    return {it: frozenset(map(SharePermission, names)) for it, names in kept.items()}


def written_ticks(ticks: Ticks) -> dict[str, list[str]]:
    """Write ticks down, in the order in which permissions are named."""
    return {it: names_of(acts) for it, acts in sorted(ticks.items())}


def names_of(acts: Iterable[SharePermission]) -> list[str]:
    given = frozenset(acts)
    return [it.name for it in SharePermission if it in given]
