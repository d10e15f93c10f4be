"""Wider graphs by chance: contexts, labels, shared roots, requires and provides through types."""

from .chance_graphs import KEY_FIELDS, SCALARS, ChanceGraph, Given
from .worlds import FEDERATION, Object

NEWER = ("@override", "@interfaceObject", "resolvable:", "Context", "@context")
"""Words that the first generation does not know."""
LABELS = ("half", "percent(50)")


class WiderGraph(ChanceGraph):
    """A chance graph with what is rarer beside what every graph has."""

    older: frozenset[str] = frozenset()

    def sdl(self, name: str) -> str:
        """Write some subgraphs as the first generation would have, where that means the same."""
        text = super().sdl(name)
        body = text.removeprefix(FEDERATION)
        is_newer = any(word in body for word in NEWER)
        shared = [
            line for line in body.splitlines() if line.startswith(("type Value", "type Nest"))
        ]
        rest = "\n".join(line for line in body.splitlines() if line not in shared)
        for key, promised in KEY_FIELDS.items():
            rest = rest.replace(f" {key}: {promised} @shareable", f" {key}: {promised}")
        if is_newer or "@shareable" in rest or name not in self.older:
            return text
        return rest + "\n" + "\n".join(shared).replace(" @shareable", "")

    def _make_abstract(self, abstract: str, kind: str) -> None:
        super()._make_abstract(abstract, kind)
        if abstract == "Named":
            super()._make_abstract("Other", "interface")
        else:
            super()._make_abstract("Any", "union")

    def _make_value_type(self) -> None:
        super()._make_value_type()
        self._make_promised("count", "Int")
        self._make_promised("peer", self.types[0])

    def _make_promised(self, name: str, target: str) -> None:
        """Give each type a field that interfaces promise, whoever gives it of their types."""
        for type in self.types:
            owners = sorted(self._some(self.homes[type])[:2])
            shared = " @shareable" if len(owners) > 1 else ""
            for owner in owners:
                self._stub(owner, target)
                self.parts[owner][type].fields[name] = f": {target}{shared}"
            self.given[type][name] = Given(target, is_list=False, owners=owners)
        for interface in ("Named", "Other"):
            for home, members in self.members[interface].items():
                if not self._maybe(0.5):
                    continue
                self._stub(home, target)
                start = f"interface {interface} {{"
                at = next(n for n, h in enumerate(self.heads[home]) if h.startswith(start))
                self.heads[home][at] = self.heads[home][at][:-1] + f" {name}: {target} }}"
                for type in members:
                    self.parts[home][type].fields.setdefault(name, f": {target} @external")

    def _make_the_rest(self) -> None:
        for type in self.types:
            if self._maybe(0.5):
                self._make_labelled(type)
            if self._maybe(0.6):
                self._make_requiring_through(type)
        super()._make_the_rest()
        for type in self.types:
            self._move_requiring(type)
        if self.media:
            self._nest_media()
        self._make_more_roots()
        self.older = frozenset(self._some(self.names, 0))

    def _make_more_roots(self) -> None:
        for number in range(self.chance.randint(0, 2)):
            self._make_shared_root(f"shared{number}")
        for number in range(self.chance.randint(0, 2)):
            self._make_providing_root(f"given{number}")
        if self._maybe(0.5):
            self._make_contexts()

    def _make_labelled(self, type: str) -> None:
        """Let a field be taken over step by step; whoever requires it must not care by whom."""
        homes = self.homes[type]
        if len(homes) < 2:
            return
        taker, giver = self.chance.sample(homes, 2)
        name, label = f"{type.lower()}step", self.chance.choice(LABELS)
        target = self.chance.choice(["String", *self.types])
        self.parts[giver][type].fields[name] = f": {target}"
        said = f'@override(from: "{giver}", label: "{label}")'
        self.parts[taker][type].fields[name] = f": {target} {said}"
        for home in (giver, taker):
            self._stub(home, target)
        self.given[type][name] = Given(target, is_list=False, owners=sorted([giver, taker]))

    def _make_requiring_through(self, type: str) -> None:
        """Require something of what a field leads to: of some of its types, with arguments."""
        home = self.chance.choice(self.homes[type])
        here = self.parts[home][type].fields
        for other, given in list(self.given[type].items()):
            if home in given.owners or other in here or given.takes:
                continue
            text = self._beneath(home, given)
            if text:
                here[other] = f"{self._printed(given)} @external"
                name = f"{type.lower()}rthrough"
                here[name] = f': String @requires(fields: "{other} {{ {text} }}")'
                self.given[type][name] = Given("made", is_list=False, owners=[home])
                return

    def _move_requiring(self, type: str) -> None:
        """Let a field be taken over by a subgraph that requires more for it."""
        for home in self.homes[type]:
            here = self.parts[home][type].fields
            others = [each for each in self.homes[type] if each != home]
            for name, tail in here.items():
                if "@requires" not in tail or not others or not self._maybe(0.3):
                    continue
                giver = self.chance.choice(others)
                if name in self.parts[giver][type].fields:
                    continue  # there it is external, for what requires it
                self.parts[giver][type].fields[name] = ": String"
                label = f', label: "{self.chance.choice(LABELS)}"' if self._maybe(0.5) else ""
                here[name] = f'{tail} @override(from: "{giver}"{label})'

    def _beneath(self, home: str, given: Given) -> str:
        """Write a selection beneath a field, as a subgraph that has it external may select it."""
        if given.type in self.types:
            self._stub(home, given.type)
            return self._of_type(home, given.type)
        members = self.members.get(given.type, {}).get(home, ())
        parts = [f"... on {each} {{ {self._of_type(home, each)} }}" for each in members]
        if given.type == "Named" and parts and self._maybe(0.5):
            parts.append("id")
        return " ".join(parts)

    def _of_type(self, home: str, type: str) -> str:
        fields, texts = self.parts[home][type].fields, ["id"]
        for name, given in self.given[type].items():
            if given.type not in SCALARS or home in given.owners or not self._maybe(0.5):
                continue
            if name not in fields:
                fields[name] = f"{self._printed(given)} @external"
            elif "@external" not in fields[name]:
                continue
            texts.append(f"{name}(n: 2)" if given.takes else name)
        return " ".join(texts)

    def _nest_media(self) -> None:
        """Let interface objects lead to entities and to each other, and entities to them."""
        first = self.names[0]
        head = next(each for each in self.heads[first] if each.startswith("interface Media"))
        self.heads[first].remove(head)
        self.heads[first].append(head.replace("title: String", "title: String rel: [Media]"))
        for type in self.media:
            self.parts[first][type].fields["rel"] = ": [Media]"
        for name in self.names[1:]:
            head = next(each for each in self.heads[name] if each.startswith("type Media"))
            if "resolvable: false" in head:
                continue
            target = self.chance.choice(self.types)
            self._stub(name, target)
            more = f"{name}next: Media {name}of: {target}"
            seen = [
                each for each in self.names[1:] if f"{each}stars" in " ".join(self.heads[each])
            ]
            other = self.chance.choice(seen)
            if other != name and f"{other}stars" not in head:
                more += f" {other}stars: Int @external"
                more += f' {name}sum: String @requires(fields: "{other}stars")'
            self.heads[name].remove(head)
            self.heads[name].append(f"{head[:-1]} {more} }}")
        for type in self.types:
            home = self.chance.choice(self.homes[type])
            if any("Media" in each for each in self.heads[home]) and self._maybe(0.6):
                self.parts[home][type].fields["medium"] = ": Media"
                self.given[type]["medium"] = Given("Media", is_list=False, owners=[home])

    def _make_shared_root(self, root: str) -> None:
        owners = sorted(self._some(self.names, 2))
        target = self._target(owners)
        while target in SCALARS:
            target = self._target(owners)
        is_list = self._maybe(0.4)
        for name in owners:
            self._stub(name, target)
            self.roots[name].append(f"{root}: {f'[{target}]' if is_list else target} @shareable")
        self.root_values[root] = (target, is_list, owners)

    def _make_providing_root(self, root: str) -> None:
        """Provide through a type: fields of its fields, or of some of the types it may be."""
        name = self.chance.choice(self.names)
        target = self._target([name])
        while target in SCALARS:
            target = self._target([name])
        self._stub(name, target)
        if target in self.types:
            text = self._provided_of(name, target)
        else:
            members = self.members[target][name]
            texts = {each: self._provided_of(name, each) for each in members}
            text = " ".join(f"... on {each} {{ {it} }}" for each, it in texts.items() if it)
        said = f' @provides(fields: "{text}")' if text else ""
        self.roots[name].append(f"{root}: {target}{said}")
        self.root_values[root] = (target, False, [name])

    def _provided_of(self, name: str, type: str) -> str:
        fields, texts = self.parts[name][type].fields, []
        for other, given in self.given[type].items():
            if other in fields or given.takes or name in given.owners or not self._maybe(0.5):
                continue
            if given.type not in SCALARS and given.type not in self.types:
                continue
            fields[other] = f"{self._printed(given)} @external"
            if given.type in SCALARS:
                texts.append(other)
                continue
            self._stub(name, given.type)
            inner = self._provided_of(name, given.type) or "id"
            texts.append(f"{other} {{ {inner} }}")
        return " ".join(texts)

    def _make_contexts(self) -> None:
        """Let fields take values from above: from the root at least, or from what is nearer."""
        name = self.chance.choice(self.names)
        keyed = [t for t, p in self.parts[name].items() if t in self.types and p.keys]
        takers = [
            t for t in keyed if any("resolvable: false" not in k for k in self.parts[name][t].keys)
        ]
        if not takers:
            return
        self.contexts = name
        self.roots[name].append("seed: String")
        self.root_values["seed"] = ("String", False, [name])
        nearer = self._some(keyed, 0)
        pieces = ["... on Query { seed }"]
        for type in nearer:
            self.parts[name][type].head += ' @context(name: "c")'
            field = self._string_of(name, type)
            pieces.append(f"... on {type} {{ {field} }}")
        for type in self._some(takers):
            taken = f'(x: {{type}} @fromContext(field: "$c {" ".join(pieces)}"))'
            self.parts[name][type].fields[f"{type.lower()}ctx"] = (
                taken.replace("{type}", "String") + ": String"
            )
            self.given[type][f"{type.lower()}ctx"] = Given("context", is_list=False, owners=[name])

    def _string_of(self, name: str, type: str) -> str:
        fields = self.parts[name][type].fields
        for other, given in self.given[type].items():
            if given.type == "String" and not given.takes and not given.is_list:
                fields.setdefault(other, ": String @external")
                return other
        raise AssertionError(type)  # each has its label

    def _lead_on(self, objects: dict[str, list[Object]], medium: Object) -> None:
        others = [each for type in self.media for each in objects[type]]
        medium["rel"] = [self.chance.choice([*others, None]) for _ in range(2)]
        for name in self.names[1:]:
            medium[f"{name}next"] = self.chance.choice([*others, None])
            head = next(each for each in self.heads[name] if each.startswith("type Media"))
            for type in self.types:
                if f"{name}of: {type} " in head:
                    medium[f"{name}of"] = self.chance.choice(objects[type])
