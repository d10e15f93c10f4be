"""Positions: who held which when, and who reported to whom on a day."""

from tests.customers.office import refusals
from tests.support.asking import reasons

LINE = """query($s: ID!, $d: Date!) { reportingLine(staffUserId: $s, on: $d) {
    level staffUserId title } }"""


async def position(office, person, manager=None, begins="2026-01-01", ends=None, **more):
    given = {"staffUserId": person, "managerId": manager, "title": "Seller"}
    given |= {"beginsOn": begins, "endsOn": ends} | more
    return await office.make("Position", "id staffUser { id } manager { id }", given)


async def line(office, person, day):
    found = (await office.ask(LINE, s=person, d=day))["reportingLine"]
    assert [it["level"] for it in found] == list(range(len(found)))
    return [it["staffUserId"] for it in found]


async def test_who_reports_to_whom_is_said_of_a_day(office):
    ann, bea, eve = [await office.employ("SALES_REPRESENTATIVE") for _ in range(3)]
    await position(office, ann, title="Head")
    await position(office, bea, ann)
    await position(office, eve, bea, ends="2026-06-30")
    await position(office, eve, ann, begins="2026-07-01")
    assert await line(office, eve, "2026-06-30") == [eve, bea, ann]
    assert await line(office, eve, "2026-07-01") == [eve, ann]
    assert await line(office, eve, "2025-12-31") == []


async def test_nobody_holds_two_positions_on_one_day(office):
    ann = await office.employ("SALES_REPRESENTATIVE")
    first = await position(office, ann, begins="2026-02-01", ends="2026-02-28")
    for begins, ends in (
        ("2026-02-28", None),
        ("2026-01-01", "2026-02-01"),
        ("2026-01-01", None),
        ("2026-02-10", "2026-02-11"),
    ):
        done = await position(office, ann, begins=begins, ends=ends)
        assert reasons(done) == ["POSITIONS_OVERLAP"], begins
    for begins, ends in (("2026-03-01", None), ("2026-01-01", "2026-01-31")):
        assert (await position(office, ann, begins=begins, ends=ends))["userErrors"] == []
    done = await office.change("Position", "id", first["made"]["id"], {"endsOn": "2026-03-01"})
    assert reasons(done) == ["POSITIONS_OVERLAP"]
    assert await office.told() == ["created"] * 3


async def test_a_line_never_comes_back_to_whom_it_began_with(office):
    ann, bea = [await office.employ("SALES_REPRESENTATIVE") for _ in range(2)]
    assert reasons(await position(office, ann, ann)) == ["REPORTS_TO_ITSELF"]
    await position(office, ann, bea)
    assert reasons(await position(office, bea, ann)) == ["REPORTS_TO_ITSELF"]
    assert await office.told() == ["created"]


async def test_days_and_people_must_be_possible(office):
    ann = await office.employ("SALES_REPRESENTATIVE")
    done = await position(office, ann, begins="2026-02-02", ends="2026-02-01")
    assert refusals(done) == [("OUT_OF_RANGE", "input.endsOn")]
    assert refusals(await position(office, "usr_1")) == [("NOT_FOUND", "input.staffUserId")]
    assert refusals(await position(office, ann, "usr_1")) == [("NOT_FOUND", "input.managerId")]
    assert await office.told() == []
