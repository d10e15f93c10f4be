"""State machines as data: which state may follow which, and a refusal for all others."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.chassis.refusals import InvalidTransition, Step

State = TypeVar("State", bound=enum.Enum)


class BrokenProcessError(ValueError):
    """A definition that cannot be: a state without an entry, or one that nothing reaches."""


@dataclass(frozen=True)
class Process(Generic[State]):
    """Moves from each state; `start` is where a record begins. Checked when it is declared."""

    start: State
    moves: Mapping[State, frozenset[State]]

    def __post_init__(self) -> None:
        states = set(type(self.start))
        if states != set(self.moves):
            raise BrokenProcessError(f"no moves are given for {states ^ set(self.moves)}")
        if foreign := frozenset().union(*self.moves.values()) - states:
            raise BrokenProcessError(f"no state of this process is {set(foreign)}")
        if unreachable := states - self.reachable():
            raise BrokenProcessError(f"nothing leads to {unreachable}")

    def reachable(self) -> set[State]:
        seen, ahead = {self.start}, [self.start]
        while ahead:
            for following in self.moves[ahead.pop()] - seen:
                seen.add(following)
                ahead.append(following)
        return seen

    def moved(self, state: State, to: State) -> State:
        """Give the state that follows, or refuse the move by naming both ends."""
        if to not in self.moves[state]:
            allowed = tuple(sorted(it.name for it in self.moves[state]))
            raise InvalidTransition(
                f"{state.value} cannot become {to.value}",
                details=Step(state.name, to.name, allowed),
            )
        return to

    def is_final(self, state: State) -> bool:
        return not self.moves[state]
