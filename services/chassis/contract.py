"""The contract writer: a service's schema, events and permissions as files, kept in git.

Of all services' events it writes the catalogue too, with examples that were recorded.

`python -m services.chassis.contract` writes them anew; `--check` says which are stale.
"""

import ast
import importlib
import inspect
import itertools
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import orjson

from services.chassis import catalogue
from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.graph.masking import may_be_hidden
from services.chassis.graph.plan import Shapes
from services.chassis.permissions import Permission, resource_of
from services.chassis.reading import Reading
from services.chassis.scoping import resources

SERVICES = Path(__file__).parent.parent
RECORDED = "recorded.jsonl"
"""What a service told in a real run, a line for each event: `make recordings` writes it."""


def main(arguments: list[str]) -> int:
    """Write what is stale, or (`--check`) name it and answer 1."""
    made = contracts()
    stale = [file for file, text in made.items() if _read(file) != text]
    if "--check" in arguments:
        for file in stale:
            sys.stderr.write(f"{file} is stale: `make contracts` writes it anew\n")
        return 1 if stale else 0
    for file, text in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return 0


def contracts() -> dict[Path, str]:
    """Give every contract file of every service, as it should be."""
    made: dict[Path, str] = {}
    told: list[dict[str, Any]] = []
    for service in services():
        folder = SERVICES / service / "contract"
        schema = importlib.import_module(f"services.{service}.schema").schema()
        made[folder / "schema.graphql"] = f"{schema.as_str()}\n"
        told.append(events(service))
        made[folder / "events.json"] = _json(told[-1])
        made[folder / "fields.json"] = _json(fields(schema.shapes))
        made[folder / "permissions.json"] = _json(permissions(service))
        made[folder / "portal.json"] = _json(portal(schema.shapes))
    found = catalogue.catalogue(told, examples())
    folder = SERVICES.parent / "docs" / "events"
    made[folder / "asyncapi.json"] = _json(catalogue.asyncapi(found))
    made[folder / "catalogue.md"] = catalogue.page(found)
    return made


def services() -> list[str]:
    return sorted(it.parent.name for it in SERVICES.glob("*/schema.py"))


def examples() -> dict[str, dict[str, Any]]:
    """Give the first event of each type among those that were recorded."""
    found: dict[str, dict[str, Any]] = {}
    for service in services():
        recorded = SERVICES / service / "contract" / RECORDED
        for line in (_read(recorded) or "").splitlines():
            event = orjson.loads(line)
            found.setdefault(event["type"], event)
    return found


def events(service: str) -> dict[str, Any]:
    """Describe what a service tells, and what it reads of what is told."""
    reads = {
        kind.type: {"data": _schema(kind), "reader": kind.__module__.removesuffix(".subscribers")}
        for kind in readers(service)
    }
    return {
        "service": service,
        "publishes": {
            it.type: {"meaning": meaning(it), "data": _schema(it, told=True)}
            for it in published(service)
        },
        "reads": reads,
    }


def readers(service: str) -> Iterator[type[Event]]:
    """Give the models by which a service reads what is told, each slice its own."""
    for module in _modules(service, "subscribers"):
        for value in vars(module).values():
            if isinstance(value, Subscriptions):
                yield from (kind for _type, kind in value.readers())


def published(service: str) -> list[type[Event]]:
    """Find every event class of a service, by the order of their types."""
    found = {
        kind.type: kind
        for module in _modules(service, "events")
        for kind in vars(module).values()
        if _is_event(kind) and kind.__module__ == module.__name__
    }
    return [found[type] for type in sorted(found)]


def meaning(kind: type[Event]) -> str:
    """Give what a fact means, which its own class says; what it inherits says nothing of it."""
    said = vars(kind).get("__doc__")
    if not said:
        raise TypeError(f"{kind.__name__} does not say what it means: give it a docstring")
    return inspect.cleandoc(said)


def permissions(service: str) -> dict[str, Any]:
    """List a service's permissions with their sentences, and what roles and guests are granted.

    Those that are `scoped` may be granted for less than all records.
    """
    module = importlib.import_module(f"services.{service}.permissions")
    named = dict(_sentences(module))
    about = frozenset().union(*(resources(it) for it in _scoped(service)))
    return {
        "permissions": named,
        "scoped": sorted(it for it in named if resource_of(Permission(it)) in about),
        "roles": {role: sorted(granted) for role, granted in sorted(module.ROLES.items())},
        "guests": sorted(module.GUESTS),
        "services": {name: sorted(granted) for name, granted in sorted(module.SERVICES.items())},
    }


def fields(shapes: Shapes) -> dict[str, list[str]]:
    """List each record type with those of its fields that a policy may hide."""
    return {name: may_be_hidden(it) for name, it in sorted(shapes.items()) if it.reading}


def portal(shapes: Shapes) -> dict[str, list[str]]:
    """List each record type that the portal shows, with the fields that it shows of it.

    Of another service's record these are relations to records of this one.
    """
    listed = {
        name: sorted(field.public for field in it.fields.values() if field.portal)
        for name, it in sorted(shapes.items())
        if it.reading is None or it.entity.__portal__ is not None
    }
    return {name: shown for name, shown in listed.items() if shown}


def _scoped(service: str) -> Iterator[type[Any]]:
    """Give the tables of a service of which a permission may reach less than all rows."""
    for module in _modules(service, "queries"):
        for it in vars(module).values():
            if isinstance(it, Reading) and it.entity.__scoped__:
                yield it.entity


def _sentences(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Read the constants of a module with the strings that stand under them."""
    body = ast.parse(Path(str(module.__file__)).read_text()).body
    for assigned, said in itertools.pairwise(body):
        if isinstance(assigned, ast.Assign) and isinstance(said, ast.Expr):
            name = ast.unparse(assigned.targets[0])
            yield getattr(module, name), ast.literal_eval(said.value)


def _modules(service: str, room: str) -> Iterator[ModuleType]:
    package = importlib.import_module(f"services.{service}")
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda it: it.name):
        if (SERVICES / service / found.name / f"{room}.py").exists():
            yield importlib.import_module(f"services.{service}.{found.name}.{room}")


def _is_event(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Event) and hasattr(kind, "type")


def _schema(kind: type[Event], *, told: bool = False) -> dict[str, Any]:
    """Describe what a publisher writes (a decimal is a text), or what a reader takes in."""
    mode: Literal["serialization", "validation"] = "serialization" if told else "validation"
    schema = kind.model_json_schema(by_alias=True, mode=mode)
    schema.pop("description", None)  # it is the event's meaning
    untitled: dict[str, Any] = _untitled(schema)
    return untitled


def _untitled(schema: Any) -> Any:
    """Leave out the titles, which only say the names again."""
    if isinstance(schema, list):
        return [_untitled(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    is_title = {name for name, it in schema.items() if name == "title" and isinstance(it, str)}
    return {name: _untitled(it) for name, it in schema.items() if name not in is_title}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
