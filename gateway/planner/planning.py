"""Turns an operation into a plan: each field to a subgraph, each jump to a fetch of entities.

Greedy over prices that look all the way down: a field stays where it can be selected at once;
what must leave a place goes to as few subgraphs as will do. What a key or @requires needs is
planned like any other selection, under hidden keys, and the fetch waits for whoever gives it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.owned import ContextArgument
from gateway.planner import drafting
from gateway.planner.choosing import Choice, Unplannable
from gateway.planner.drafts import Claims, Draft, Place, Spot
from gateway.planner.operation import Field, Fragment, Operation, Selections, type_of
from gateway.planner.plan import Above, FromContext, Plan, Told
from gateway.planner.rendering import render
from gateway.planner.routing import Routes
from gateway.supergraph import Supergraph


def plan(supergraph: Supergraph, operation: Operation) -> Plan:
    """Plan an operation in its one form."""
    planner = _Planner(supergraph, operation)
    if operation.kind == "mutation":
        planner.plan_mutation()
    else:
        planner.plan_query()
    return render(supergraph, operation, planner.drafts.all)


Needs = tuple[str, tuple[ContextArgument, ...]]
"""What a field requires of its own object, and what it takes from above."""
NOTHING: Needs = ("", ())


class _Planner:
    def __init__(self, supergraph: Supergraph, operation: Operation) -> None:
        self.operation = operation
        self.routes = Routes(supergraph)
        self.choice = Choice(self.routes)
        self.claims = Claims(operation.selections)
        self.drafts = drafting.Drafts()

    @property
    def root(self) -> Spot:
        return Spot("", self.operation.root)

    def root_fields(self) -> list[Field]:
        return [
            each
            for each in self.operation.selections
            if isinstance(each, Field) and not each.name.startswith("__")
        ]

    def plan_query(self) -> None:
        for way, fields in self.choice.choose(self.root, self.root_fields()):
            draft = self.drafts.root(way.subgraph, way.type)
            self._settle(drafting.root_place(draft), fields)

    def plan_mutation(self) -> None:
        """Plan field by field, each after all that came of the one before."""
        for asked in self.root_fields():
            for way, fields in self.choice.choose(self.root, [asked]):
                draft = self.drafts.next_root(way.subgraph, way.type)
                self._settle(drafting.root_place(draft), fields)

    def _select(self, place: Place, selections: Selections) -> set[Draft]:
        """Plan selections at a place; give the drafts that have a part in them."""
        if self.routes.is_stand_in(place.spot):
            return self._select_of_stand_in(place, selections)
        touched = {place.draft}
        for name, fields in self.routes.expand(place.spot, selections):
            here = place if name == place.spot.type else place.narrowed(name)
            touched |= self._select_fields(here, fields)
        return touched

    def _select_of_stand_in(self, place: Place, selections: Selections) -> set[Draft]:
        """Take what an interface object gives; ask who knows the true types for the rest."""
        given: list[Field] = []
        rest: list[Field | Fragment] = []
        for each in selections:
            if isinstance(each, Field) and self.routes.gives(place.spot, each.name):
                given.append(each)
            else:
                rest.append(each)
        touched = self._select_fields(place, given)
        if rest:
            draft = self._entities(place, self.routes.knower(place.spot))
            draft.node.add(drafting.TYPENAME_FIELD)
            touched |= self._select(drafting.entity_place(draft, place), tuple(rest))
        return touched

    def _select_fields(self, place: Place, fields: Iterable[Field]) -> set[Draft]:
        staying, leaving = [], []
        for asked in fields:
            if not self.routes.gives(place.spot, asked.name):
                leaving.append(asked)
                continue
            here, rest = self.choice.split(place.spot, asked)
            staying += [here] if here else []
            leaving += [rest] if rest else []
        touched = self._settle(place, staying)
        for way, group in self.choice.choose(place.spot, leaving):
            touched |= self._leave(place, way, group)
        return touched

    def _settle(self, place: Place, fields: Iterable[Field]) -> set[Draft]:
        """Select at this place fields that its subgraph resolves."""
        touched = {place.draft}
        for asked in fields:
            if asked.is_leaf:
                place.node.add(asked)
                continue
            inner = place.beneath(asked, self.routes.beneath(place.spot, asked))
            touched |= self._select(inner, asked.selections)
            is_told_apart = self.routes.is_abstract(place.spot, asked)
            if is_told_apart and not self.routes.is_stand_in(inner.spot):
                inner.node.add(drafting.TYPENAME_FIELD)
        return touched

    def _leave(self, place: Place, way: Spot, fields: Sequence[Field]) -> set[Draft]:
        """Fetch fields of the place's objects from elsewhere, once for each set of needs."""
        by_needs: dict[Needs, list[Field]] = {}
        for asked in fields:
            join = self.routes.join(way.subgraph, way.type, asked.name)
            needs = (join.requires, join.contexts) if join else NOTHING
            by_needs.setdefault(needs, []).append(asked)
        touched = set()
        for needs, group in by_needs.items():
            draft = self._entities(place, way, needs)
            given = [_given(asked, draft.contexts) for asked in group]
            touched |= self._settle(drafting.entity_place(draft, place), given)
        return touched

    def _entities(self, place: Place, way: Spot, needs: Needs = NOTHING) -> Draft:
        """Give the fetch of the place's objects by this way; it waits for what it must tell."""
        if self.routes.is_reentry(way):
            return self.drafts.reentry(way, place)
        requires, contexts = needs
        key = self._hidden(place, self.routes.key(place.spot, way))
        parents = self._select(place, key)
        required: Selections = ()
        if requires:
            required = self._hidden(place, self.routes.field_set(way.type, requires))
            parents |= self._select(place, required)
        found = []
        for number, each in enumerate(contexts):
            given, givers = self._from_context(place, each, f"_c{number}")
            found.append(given)
            parents |= givers
        told = self._told(way.type, key), self._told(way.type, required)
        telling = drafting.Telling(*told, tuple(found))
        return self.drafts.entity(way, place, frozenset(parents), telling)

    def _from_context(
        self, place: Place, asked: ContextArgument, variable: str
    ) -> tuple[FromContext, set[Draft]]:
        """Plan the value that an argument takes from the nearest object that sets its context."""
        sources: list[Above] = []
        givers: set[Draft] = set()
        for above in place.by_depth(self._narrowness):
            possible = self.routes.supergraph.possible(above.spot.type)
            setting = self.routes.setting(above.spot.type, asked.context)
            if not setting:
                continue
            selected = self.routes.selected_of(setting, above.spot.type, asked.selection)
            hidden = self._hidden(above, selected)
            givers |= self._select(above, hidden)
            told = self._told(above.spot.type, hidden)
            types = None if setting == possible else setting
            sources.append(Above(len(above.path), told, types))
            if types is None:
                return FromContext(asked.name, variable, asked.type, tuple(sources)), givers
        raise Unplannable(f"nothing above sets {asked.context}, which {asked.name} needs")

    def _narrowness(self, place: Place) -> int:
        return len(self.routes.supergraph.possible(place.spot.type))

    def _hidden(self, place: Place, selections: Selections) -> Selections:
        return self.claims.hidden(tuple(segment.key for segment in place.path), selections)

    def _told(self, type: str, selections: Selections) -> tuple[Told, ...]:
        """Say which values these selections tell of an entity, and of which types."""
        supergraph, found = self.routes.supergraph, []
        for each in selections:
            if isinstance(each, Fragment):
                possible = supergraph.possible(each.type)
                for told in self._told(each.type, each.selections):
                    types = possible if told.types is None else possible & told.types
                    found.append(replace(told, types=types))
            elif each.is_leaf:
                found.append(Told(each.key, each.name))
            else:
                inner = self._told(type_of(supergraph, type, each.name), each.selections)
                found.append(Told(each.key, each.name, None, inner))
        return tuple(found)


def _given(asked: Field, contexts: Sequence[FromContext]) -> Field:
    """Give a field with the arguments that come from above, beside those that the client gave."""
    if not contexts:
        return asked
    taken = [f"{each.argument}: ${each.variable}" for each in contexts]
    return replace(asked, arguments=", ".join([*filter(None, [asked.arguments]), *taken]))
