"""The same rooms in every service and in every slice: who knows one knows all."""

from collections.abc import Iterable, Iterator

from tests.guards.tree import NOT_SLICES

NOT_SERVICES = {"chassis", "stubs"}
ENTRANCE = {"main", "schema", "permissions"}
ROOF = {"__init__", "rpc", "maintenance", *ENTRANCE}
ROOMS = {"__init__", "model", "rules", "events", "commands", "queries", "graph", "subscribers"}


def findings(paths: Iterable[str]) -> list[str]:
    """Say which paths under services/ stand in no known room, and what a service lacks."""
    within = [path.split("/")[1:] for path in paths if path.startswith("services/")]
    placed = [parts for parts in within if len(parts) > 1 and parts[0] not in NOT_SERVICES]
    return [*_unknown(placed), *_missing(placed)]


def _unknown(placed: list[list[str]]) -> Iterator[str]:
    for service, *rest in placed:
        place = "/".join(["services", service, *rest])
        name = rest[-1] if len(rest) == 1 else rest[1]
        if len(rest) == 1 and not _is_room(name, ROOF):
            yield f"{place}: at the top of a service stand {_spoken(ROOF)}, and slices"
        if len(rest) > 1 and rest[0] not in NOT_SLICES and not _is_room(name, ROOMS):
            yield f"{place}: a slice has the rooms {_spoken(ROOMS)}, and none of its own kind"


def _missing(placed: list[list[str]]) -> Iterator[str]:
    for service in sorted({service for service, *_ in placed}):
        files = {"/".join(rest) for name, *rest in placed if name == service}
        slices = {file.split("/")[0] for file in files if "/" in file} - NOT_SLICES
        wanted = {f"{name}.py" for name in {"__init__", *ENTRANCE}}
        wanted |= {f"{name}/__init__.py" for name in slices}
        yield from (f"services/{service}/{file} is missing" for file in sorted(wanted - files))


def _is_room(name: str, rooms: set[str]) -> bool:
    """A room is a module, or a folder of the same name once it grew too long."""
    stem, dot, suffix = name.partition(".")
    return stem in rooms and (not dot or suffix == "py")


def _spoken(rooms: set[str]) -> str:
    return ", ".join(sorted(rooms - {"__init__"}))
