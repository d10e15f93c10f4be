"""The stages of an opportunity, and what it is worth."""

import enum
from itertools import pairwise

from services.chassis.money import EXACT, Money
from services.chassis.process import Process
from services.chassis.refusals import Bounds, Code, OutOfRange, Refusal

CERTAIN = 100


class OpportunityStage(enum.Enum):
    """In their order: an opportunity goes from each to the next, and skips none (BR-01)."""

    SET_UP = "SET_UP"
    PROPOSAL_PROVIDED = "PROPOSAL_PROVIDED"
    PROPOSAL_EVALUATED = "PROPOSAL_EVALUATED"
    NEGOTIATION = "NEGOTIATION"
    CONTRACT_SIGNED = "CONTRACT_SIGNED"
    IMPLEMENTATION = "IMPLEMENTATION"


class OpportunityStatus(enum.Enum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class LossReason(enum.Enum):
    """Why an opportunity was lost: a closed list, so that it may be told and counted."""

    PRICE = "PRICE"
    COMPETITOR = "COMPETITOR"
    BUDGET = "BUDGET"
    TIMING = "TIMING"
    FIT = "FIT"
    NO_DECISION = "NO_DECISION"
    OTHER = "OTHER"


FUNNEL = Process(
    OpportunityStage.SET_UP,
    {stage: frozenset[OpportunityStage]() for stage in OpportunityStage}
    | {stage: frozenset({following}) for stage, following in pairwise(OpportunityStage)},
)


class LastStage(Refusal):
    code, reason = Code.INVALID_TRANSITION, "LAST_STAGE"


def following(stage: OpportunityStage) -> OpportunityStage:
    """Give the one stage that comes next, or refuse where there is none."""
    for it in FUNNEL.moves[stage]:
        return it
    raise LastStage("this opportunity is at the last stage")


def check_probability(per_cent: int) -> None:
    if not 0 <= per_cent <= CERTAIN:
        raise OutOfRange(
            "a probability is 0 to 100 per cent",
            path=("probability",),
            details=Bounds(min="0", max=str(CERTAIN)),
        )


def weighted_amount(amount: Money | None, probability: int) -> Money | None:
    """Weigh what an opportunity may bring by how likely it is, to four decimals."""
    if amount is None:
        return None
    return Money(amount.amount * probability / CERTAIN, amount.currency).rounded(EXACT)
