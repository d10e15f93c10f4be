"""What holds for every opportunity and every line, whatever their values."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.money import Money
from services.chassis.refusals import OutOfRange, Refusal
from services.sales.opportunities.model import Opportunity
from services.sales.opportunities.rules import (
    LossReason,
    OpportunityStage,
    OpportunityStatus,
    check_probability,
    weighted_amount,
)
from services.sales.orders import rules
from services.sales.orders.model import Order
from services.sales.orders.rules import OrderStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STAGES = list(OpportunityStage)
QUANTITIES = some.decimals("0.001", 10_000, places=3)
PRICES = some.decimals(0, 10_000, places=4)
PERCENT = some.decimals(0, 100, places=2)


def an_opportunity(stage=OpportunityStage.SET_UP, status=OpportunityStatus.OPEN):
    return Opportunity(
        id="opp_1",
        customer_id="cus_1",
        name="A kitchen",
        stage=stage,
        status=status,
        probability=10,
    )


@pytest.mark.parametrize(("stage", "following"), list(itertools.pairwise(STAGES)))
def test_each_stage_leads_to_exactly_the_next(stage, following):
    won = stage is OpportunityStage.CONTRACT_SIGNED
    status = OpportunityStatus.WON if won else OpportunityStatus.OPEN
    opportunity = an_opportunity(stage, status)
    fact = opportunity.advance(None, at=NOW)
    assert opportunity.stage is following
    assert fact.stage == following.name


@given(some.sampled_from(STAGES), some.sampled_from(STAGES))
def test_no_stage_is_skipped_and_none_is_gone_back_to(stage, to):
    opportunity = an_opportunity(stage)
    if STAGES.index(to) == STAGES.index(stage) + 1:
        return
    with pytest.raises(Refusal):
        opportunity.advance(to, at=NOW)
    assert opportunity.stage is stage
    assert opportunity.status is OpportunityStatus.OPEN


@given(some.lists(some.sampled_from(["advance", "win", "lose"]), max_size=12))
def test_whatever_is_tried_an_opportunity_is_won_or_lost_once(deeds):
    opportunity, told = an_opportunity(), []
    tries = {
        "advance": lambda: opportunity.advance(None, at=NOW),
        "win": lambda: opportunity.win(at=NOW),
        "lose": lambda: opportunity.lose(LossReason.PRICE, None, at=NOW),
    }
    for deed in deeds:
        try:
            told.append(tries[deed]().deed())
        except Refusal:
            continue
    ends = [it for it in told if it in ("won", "lost")]
    assert len(ends) <= 1
    assert ends == ([] if opportunity.status is OpportunityStatus.OPEN else ends)
    assert (opportunity.closed_at is None) == (opportunity.status is OpportunityStatus.OPEN)
    if opportunity.status is OpportunityStatus.LOST:
        assert opportunity.lost_reason
        assert STAGES.index(opportunity.stage) < STAGES.index(OpportunityStage.CONTRACT_SIGNED)


@given(some.integers(0, 100))
def test_a_probability_of_0_to_100_is_taken(per_cent):
    check_probability(per_cent)


@given(some.integers().filter(lambda it: not 0 <= it <= 100))
def test_any_other_probability_is_refused(per_cent):
    with pytest.raises(OutOfRange):
        check_probability(per_cent)


@given(some.decimals(0, 10**9, places=2), some.integers(0, 100))
def test_the_weighted_amount_lies_between_nothing_and_all(amount, probability):
    weighted = weighted_amount(Money(amount, "EUR"), probability)
    assert weighted is not None
    assert 0 <= weighted.amount <= amount
    assert weighted.currency == "EUR"


def test_what_may_bring_nothing_known_weighs_nothing_known():
    assert weighted_amount(None, 50) is None


@given(QUANTITIES, PRICES, PERCENT)
def test_a_discount_never_adds_and_never_takes_more_than_all(quantity, price, discount):
    gross = rules.line_gross(quantity, Money(price, "USD"))
    net = rules.line_net(quantity, Money(price, "USD"), discount)
    assert 0 <= net.amount <= gross.amount
    assert net.amount.as_tuple().exponent == -4


@given(QUANTITIES, PRICES)
def test_without_a_discount_net_is_gross(quantity, price):
    unit_price = Money(price, "USD")
    assert rules.line_net(quantity, unit_price, Decimal(0)) == rules.line_gross(
        quantity, unit_price
    )


def test_line_nets_keep_four_decimals():
    net = rules.line_net(Decimal(7), Money(Decimal("2.15"), "USD"), Decimal("15.00"))
    assert net == Money(Decimal("12.7925"), "USD")


def test_a_sum_too_great_to_be_kept_is_refused():
    with pytest.raises(OutOfRange):
        rules.line_gross(Decimal(10) ** 9, Money(Decimal(10) ** 9, "USD"))


@pytest.mark.parametrize(
    ("quantity", "price", "discount"), [("0", "1", "0"), ("1", "-1", "0"), ("1", "1", "101")]
)
def test_a_line_of_nothing_or_less_is_refused(quantity, price, discount):
    with pytest.raises(OutOfRange):
        rules.check_line(Decimal(quantity), Money(Decimal(price), "USD"), Decimal(discount))


def an_order(status=OrderStatus.DRAFT):
    nothing = Money.zero("USD")
    return Order(
        id="ord_1",
        customer_id="cus_1",
        number="O-2026-00001",
        status=status,
        currency="USD",
        gross=nothing,
        net=nothing,
    )


@given(some.lists(some.sampled_from(["place", "review", "confirm", "ship", "cancel"])))
def test_whatever_is_tried_nothing_is_confirmed_before_it_was_placed_and_reviewed(deeds):
    order, told = an_order(), []
    tries = {
        "place": lambda: order.place(has_lines=True, on=NOW.date()),
        "review": order.review,
        "confirm": order.confirm,
        "ship": lambda: order.ship(NOW.date()),
        "cancel": lambda: order.cancel("changed their mind"),
    }
    for deed in deeds:
        try:
            told.append(tries[deed]().deed())
        except Refusal:
            continue
    way = [it for it in told if it != "cancelled"]
    assert way == ["placed", "reviewed", "confirmed", "shipped"][: len(way)]
    assert told.count("cancelled") <= 1
    assert "cancelled" not in told[:-1]
