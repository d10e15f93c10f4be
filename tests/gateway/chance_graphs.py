"""Graphs by chance: types split over subgraphs in every way that there is, and their data."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from gateway.composition import CompositionFailed

from .worlds import FEDERATION, Object, Split, World

SCALARS = ("String", "Int", "Boolean", "Float", "Json")
KEYS = ("id", "code", "id code", "nest { x y }", "code nest { x }")
KEY_FIELDS = {"id": "ID!", "code": "Int!", "nest": "Nest!"}
ARGUMENTS = ("(n: 1)", "(n: 2)", "")
INTERFACES = ("Named", "Other")


@dataclass
class Part:
    """A type as one subgraph has it."""

    keys: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    """Each field with its arguments, type and directives, as they are printed."""
    interfaces: list[str] = field(default_factory=list)
    head: str = ""
    """What else is said of the type itself."""


@dataclass
class Given:
    """A field of the world: its type without non-null, and the subgraphs that give it."""

    type: str
    is_list: bool
    owners: list[str]
    takes: bool = False
    is_null_free: bool = False


class ChanceGraph:
    """One graph of chance. `split` is it, or None if its subgraphs do not compose."""

    contexts = ""
    """The subgraph whose root sets a context."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.names = [f"s{n}" for n in range(self.chance.randint(2, 4))]
        self.types = ["A", "B", "C", "D"][: self.chance.randint(2, 4)]
        self.parts: dict[str, dict[str, Part]] = {name: {} for name in self.names}
        self.heads: dict[str, list[str]] = {name: ["scalar Json"] for name in self.names}
        self.roots: dict[str, list[str]] = {name: [] for name in self.names}
        self.given: dict[str, dict[str, Given]] = {type: {} for type in self.types}
        self.homes: dict[str, list[str]] = {}
        self.members: dict[str, dict[str, list[str]]] = {}
        self.root_values: dict[str, tuple[str, bool, list[str]]] = {}
        self.media: list[str] = []
        self._make()
        self.split = self._composed()

    @property
    def arguments(self) -> dict[str, tuple[str, ...]]:
        return {
            f"{owner}.{name}": ARGUMENTS
            for type, fields in self.given.items()
            for name, given in fields.items()
            if given.takes
            for owner in (type, *INTERFACES)
        }

    def sdl(self, name: str) -> str:
        lines = [FEDERATION, *self.heads[name]]
        for type, part in self.parts[name].items():
            keys = "".join(f" @key({key})" for key in part.keys)
            implements = f" implements {' & '.join(part.interfaces)}" if part.interfaces else ""
            body = " ".join(f"{field}{tail}" for field, tail in part.fields.items())
            lines.append(f"type {type}{implements}{keys}{part.head} {{ {body} }}")
        if self.roots[name]:
            head = ' @context(name: "c")' if self.contexts == name else ""
            lines.append(f"type Query{head} {{ {' '.join(self.roots[name])} }}")
        return "\n".join(lines)

    def _composed(self) -> Split | None:
        try:
            split = Split({name: self.sdl(name) for name in self.names}, self._world())
        except CompositionFailed as error:
            self.refused = [each.code for each in error.problems]
            return None
        return split

    def _some(self, among: list[str], least: int = 1) -> list[str]:
        return self.chance.sample(among, self.chance.randint(least, max(least, len(among))))

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _make(self) -> None:
        for type in self.types:
            self._settle(type)
        self._make_abstract("Named", "interface")
        self._make_abstract("Either", "union")
        for type in self.types:
            for number in range(self.chance.randint(1, 4)):
                self._make_field(type, f"{type.lower()}{number}")
        self._make_value_type()
        self._make_the_rest()

    def _make_the_rest(self) -> None:
        for type in self.types:
            for number in range(self.chance.randint(0, 3)):
                self._make_requiring(type, f"{type.lower()}r{number}")
        if self._maybe(0.4):
            self._make_media()
        for name in self.names:
            for number in range(self.chance.randint(1, 3)):
                self._make_root(name, f"{name}q{number}")

    def _settle(self, type: str) -> None:
        """Give a type its homes; the first knows all of its keys, so that each leads to each."""
        homes = self.homes[type] = self._some(self.names)
        used = {"id"} | set(self._some(list(KEYS), 0)[:2])
        for name in homes:
            part = self.parts[name][type] = Part()
            keys = used if name == homes[0] else set(self._some(sorted(used)))
            words = " ".join(keys)
            for key, promised in KEY_FIELDS.items():
                if key == "id" or key in words:
                    part.fields[key] = f": {promised} @shareable"
            if "nest" in words:
                self._need_nest(name)
            part.keys = [f'fields: "{key}"' for key in sorted(keys)]
        self.given[type]["label"] = Given("String", is_list=False, owners=[homes[0]])
        self.parts[homes[0]][type].fields["label"] = ": String"

    def _need_nest(self, name: str) -> None:
        nest = "type Nest @shareable { x: Int! y: Int! }"
        if nest not in self.heads[name]:
            self.heads[name].append(nest)

    def _stub(self, name: str, type: str) -> None:
        """Let a subgraph point at a type that it does not have."""
        if type in self.types and type not in self.parts[name]:
            hint = ", resolvable: false" if self._maybe(0.5) else ""
            self.parts[name][type] = Part([f'fields: "id"{hint}'], {"id": ": ID!"})

    def _make_abstract(self, abstract: str, kind: str) -> None:
        self.members[abstract] = {}
        for name in self.names:
            here = list(self.parts[name])
            if not here or not self._maybe(0.6):
                continue
            chosen = self.members[abstract][name] = sorted(self._some(here))
            if kind == "union":
                self.heads[name].append(f"union {abstract} = {' | '.join(chosen)}")
                continue
            has_label = self._maybe(0.5)
            label = " label: String" if has_label else ""
            self.heads[name].append(f"interface {abstract} {{ id: ID!{label} }}")
            for type in chosen:
                part = self.parts[name][type]
                part.interfaces.append(abstract)
                if has_label:
                    part.fields.setdefault("label", ": String @external")

    def _target(self, owners: list[str]) -> str:
        """Choose a type that all these subgraphs can give."""
        among = [*SCALARS, *self.types, *self.types]
        for abstract, members in self.members.items():
            if all(name in members for name in owners) and self._common(abstract, owners):
                among += [abstract, abstract]
        return self.chance.choice(among)

    def _common(self, abstract: str, owners: list[str]) -> list[str]:
        sets = [set(self.members[abstract][name]) for name in owners]
        return sorted(set.intersection(*sets))

    def _make_field(self, type: str, name: str) -> None:
        homes = self.homes[type]
        owners = [self.chance.choice(homes)] if self._maybe(0.6) else sorted(self._some(homes))
        target, is_list = self._target(owners), self._maybe(0.35)
        takes, sure = target in SCALARS and self._maybe(0.2), self._maybe(0.3)
        self.given[type][name] = Given(target, is_list, owners, takes, is_null_free=sure)
        taken = None
        if len(owners) == 1 and len(homes) > 1 and self._maybe(0.2):
            taken = self.chance.choice([each for each in homes if each != owners[0]])
        for owner in owners:
            self._stub(owner, target)
            tail = self._tail(target, is_list=is_list, takes=takes, sure=sure)
            if len(owners) > 1:
                tail += " @shareable"
            if taken:
                tail += f' @override(from: "{taken}")'
            else:
                tail += self._provides(owner, target)
            self.parts[owner][type].fields[name] = tail
        if taken and (target in SCALARS or target in self.types):
            self._stub(taken, target)
            tail = self._tail(target, is_list=is_list, takes=takes, sure=sure)
            self.parts[taken][type].fields[name] = tail

    def _tail(self, target: str, *, is_list: bool, takes: bool, sure: bool) -> str:
        printed = f"[{target}]" if is_list else target
        bang = "!" if sure and self._maybe(0.7) else ""
        return f"{'(n: Int)' if takes else ''}: {printed}{bang}"

    def _provides(self, owner: str, target: str) -> str:
        """Let a field give more of its values than the subgraph does elsewhere."""
        if target not in self.types or not self._maybe(0.35):
            return ""
        for name, given in self.given[target].items():
            here = self.parts[owner][target].fields
            if given.type in SCALARS and not given.takes and name not in here:
                here[name] = f"{self._printed(given)} @external"
                return f' @provides(fields: "{name}")'
        return ""

    def _printed(self, given: Given) -> str:
        printed = f"[{given.type}]" if given.is_list else given.type
        return f"{'(n: Int)' if given.takes else ''}: {printed}"

    def _make_value_type(self) -> None:
        """Share a type without key, each subgraph with a part of it: the parent leads there."""
        type = self.chance.choice(self.types)
        owners = sorted(self._some(self.homes[type]))
        for name in owners:
            own = f" {name}v: String" if self._maybe(0.7) else ""
            self.heads[name].append(f"type Value {{ all: Int @shareable{own} }}")
            self.parts[name][type].fields["value"] = ": Value @shareable"
        self.given[type]["value"] = Given("Value", is_list=False, owners=owners)

    def _make_requiring(self, type: str, name: str) -> None:
        home = self.chance.choice(self.homes[type])
        here = self.parts[home][type].fields
        texts = []
        for other, given in self.given[type].items():
            if home in given.owners or other in here or not self._maybe(0.5):
                continue
            if (text := self._required_text(home, other, given)) is not None:
                here[other] = f"{self._printed(given)} @external"
                texts.append(text)
        if texts:
            here[name] = f': String @requires(fields: "{" ".join(texts)}")'
            self.given[type][name] = Given("made", is_list=False, owners=[home])

    def _required_text(self, home: str, name: str, given: Given) -> str | None:
        if given.type == "made":
            given.type = "String"
        if given.type in self.types:
            self._stub(home, given.type)
            return f"{name} {{ id }}"
        if given.type not in SCALARS:
            return None
        return f"{name}(n: {self.chance.randint(1, 3)})" if given.takes else name

    def _make_media(self) -> None:
        """Make an entity interface that some subgraphs know as one object."""
        first = self.names[0]
        self.media = ["Book", "Film"]
        self.heads[first].append('interface Media @key(fields: "id") { id: ID! title: String }')
        for type in self.media:
            fields = {"id": ": ID!", "title": ": String", f"{type.lower()}1": ": Int"}
            self.parts[first][type] = Part(['fields: "id"'], fields, ["Media"])
        self.root_values["media"] = ("Media", True, [first])
        self.roots[first].append("media: [Media]")
        for name in self.names[1:]:
            resolvable = self._maybe(0.8)
            body = "id: ID!"
            if resolvable:
                body += f" {name}stars: Int"
                if self._maybe(0.5):
                    body += (
                        f' title: String @external {name}praise: String @requires(fields: "title")'
                    )
            hint = "" if resolvable else ", resolvable: false"
            key = f'@key(fields: "id"{hint})'
            self.heads[name].append(f"type Media @interfaceObject {key} {{ {body} }}")
            if self._maybe(0.7):
                self.root_values[f"{name}media"] = ("Media", True, [name])
                self.roots[name].append(f"{name}media: [Media]")

    def _make_root(self, name: str, root: str) -> None:
        owners = [name]
        target = self._target(owners)
        while target in SCALARS:
            target = self._target(owners)
        is_list = self._maybe(0.5)
        self._stub(name, target)
        self.root_values[root] = (target, is_list, owners)
        self.roots[name].append(f"{root}: {f'[{target}]' if is_list else target}")

    def _world(self) -> World:
        objects: dict[str, list[Object]] = {
            type: [
                {
                    "__typename": type,
                    "id": f"{type}{n}",
                    "code": n,
                    "nest": {"__typename": "Nest", "x": n, "y": n + 1},
                }
                for n in range(3)
            ]
            for type in self.types
        }
        for type in self.media:
            objects[type] = [self._medium(type, n) for n in range(2)]
        for type in self.media:
            for value in objects[type]:
                self._lead_on(objects, value)
        for type, fields in self.given.items():
            for value in objects[type]:
                for name, given in fields.items():
                    if not name.startswith(f"{type.lower()}r"):
                        value[name] = self._value(objects, value, name, given)
        roots = {
            name: self._pointed(objects, target, owners, is_list=is_list, sure=False)
            for name, (target, is_list, owners) in self.root_values.items()
        }
        return World(roots, [each for values in objects.values() for each in values])

    def _lead_on(self, objects: Any, medium: Object) -> None:
        """Let a medium lead to others, where a graph is wider."""

    def _medium(self, type: str, n: int) -> Object:
        made = {f"{name}stars": n for name in self.names}
        return {
            "__typename": type,
            "id": f"{type}{n}",
            "title": f"title {n}",
            f"{type.lower()}1": n,
            **made,
        }

    def _value(self, objects: Any, value: Object, name: str, given: Given) -> Any:
        if given.type == "context":
            return lambda x=None: f"{value['id']} {x}"
        if given.takes:
            text = self._scalar(given.type)
            several = [text, None, self._scalar(given.type)]
            if given.is_null_free:
                several = [text] * 3
            return lambda n=0: [several[n % 3]] if given.is_list else several[n % 3]
        is_list, sure = given.is_list, given.is_null_free
        return self._pointed(objects, given.type, given.owners, is_list=is_list, sure=sure)

    def _pointed(
        self, objects: Any, target: str, owners: list[str], *, is_list: bool, sure: bool
    ) -> Any:
        if is_list:
            if not sure and self._maybe(0.1):
                return None
            return [self._one(objects, target, owners, sure=False) for _ in range(3)]
        return self._one(objects, target, owners, sure=sure)

    def _one(self, objects: Any, target: str, owners: list[str], *, sure: bool) -> Any:
        if not sure and self._maybe(0.15):
            return None
        if target in SCALARS:
            return self._scalar(target)
        if target == "Value":
            parts = {f"{name}v": f"v{self.chance.randint(0, 9)}" for name in self.names}
            return {"__typename": "Value", "all": 1, **parts}
        if target == "Media":
            return self.chance.choice([each for type in self.media for each in objects[type]])
        types = self._common(target, owners) if target in self.members else [target]
        return self.chance.choice([each for type in types for each in objects[type]])

    def _scalar(self, type: str) -> Any:
        return {
            "String": f"t{self.chance.randint(0, 99)}",
            "Int": self.chance.randint(0, 99),
            "Boolean": self._maybe(0.5),
            "Float": self.chance.randint(0, 99) + 0.5,
            "Json": self.chance.choice([{"id": 1, "deep": [{"x": None}, {}]}, [], {}, ["y", {}]]),
        }[type]
