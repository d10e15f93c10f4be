"""A file goes in row by row, once, and what cannot go in is told."""

import csv
import functools
from datetime import timedelta

import pytest

from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import AT_ONCE, Job, Watch, bring_in
from deploy.local.refusals import Refused

HEADER = "code,company,staff,turnover,currency,grade,left_on"
ACME = 'ACME,"Acme, Ltd",12,1.50000006,EUR,1,'
BETA = "BETA,Beta,,,,2,1998-05-06"


@pytest.fixture
async def token(graph):
    return await graph.token("ADMINISTRATOR", life=timedelta(minutes=5))


@pytest.fixture
def bring(graph, token, folder):
    """Write a file of these lines, and import it."""

    async def bring(*lines, kind="customers", rejects=None, **more):
        file = folder / f"{kind}.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        asking = Graph(graph.url, more.pop("token", lambda: token), **more)
        job = Job(kind, file, folder / f"{kind}.toml", rejects)
        return await bring_in(job, asking, Watch())

    return bring


def counts(outcome):
    return tuple(outcome.counts[it] for it in ("CREATED", "UPDATED", "UNCHANGED", "REFUSED"))


async def test_rows_become_records_with_their_values_cleaned(graph, bring):
    outcome = await bring(HEADER, ACME, BETA)
    assert counts(outcome) == (2, 0, 0, 0)
    columns = "name, email, employees, revenue_value::text, revenue_currency, tier, status"
    assert await graph.rows(f"SELECT {columns} FROM customer ORDER BY name") == [
        ("Acme, Ltd", "info@acme.example", 12, "1500.00", "EUR", "A", "ACTIVE"),
        ("Beta", "info@beta.example", None, None, None, "B", "INACTIVE"),
    ]


async def test_a_second_import_changes_nothing(graph, bring):
    await bring(HEADER, ACME, BETA)
    before = await graph.rows("SELECT count(*) FROM event")
    assert counts(await bring(HEADER, ACME, BETA)) == (0, 0, 2, 0)
    assert await graph.rows("SELECT count(*) FROM event") == before
    assert counts(await bring(HEADER, ACME, BETA.replace("Beta", "Better"))) == (0, 1, 1, 0)


async def test_a_damaged_row_is_told_with_its_line_and_the_rest_goes_in(graph, bring, folder):
    rejects = folder / "refused.csv"
    damaged = [
        "GAMMA,Gamma,many,x,EUR,7,",
        "DELTA,Delta",
        ",Nameless,1,1,EUR,1,",
        "ACME,Acme again,1,1,EUR,1,",
        "SHORT,,1,1,EUR,1,",
    ]
    outcome = await bring(HEADER, ACME, *damaged, BETA, rejects=rejects)
    assert counts(outcome) == (2, 0, 0, 5)
    assert dict(outcome.first_refused) == {
        3: "employees: 'many' is no number; revenue: 'x' is no number; "
        "tier: '7' is not in the mapping's table",
        4: "it has 2 columns, not 7",
        5: "code cannot be empty",
        6: "line 2 has the same id, ACME",
        7: "name: this cannot be empty",
    }
    assert await graph.rows("SELECT count(*) FROM customer") == [(2,)]
    written = list(csv.reader(rejects.read_text("utf-8").splitlines()))
    assert written[0] == ["refused_line", "refused_reason", *HEADER.split(",")]
    assert written[2][2:] == ["DELTA", "Delta"]


async def test_the_file_of_refused_rows_can_be_corrected_and_run(graph, bring, folder):
    rejects = folder / "refused.csv"
    await bring(HEADER, ACME, "GAMMA,Gamma,many,1,EUR,1,", rejects=rejects)
    corrected = rejects.read_text().replace("many", "7")
    outcome = await bring(*corrected.splitlines(), rejects=rejects)
    assert counts(outcome) == (1, 0, 0, 0)
    assert not rejects.exists()
    assert await graph.rows("SELECT name FROM customer ORDER BY name") == [
        ("Acme, Ltd",),
        ("Gamma",),
    ]


async def test_a_reference_is_looked_up_and_an_unknown_one_refused(graph, bring):
    await bring(HEADER, ACME, BETA)
    outcome = await bring(
        "code,number,first,last,first_choice",
        "ACME,1,Mary,Miller,yes",
        "ACME,2,John,,",
        "NOBODY,1,Jane,Doe,no",
        kind="contacts",
    )
    assert counts(outcome) == (1, 0, 0, 2)
    assert outcome.first_refused == [
        (3, "name: this cannot be empty"),
        (4, "customerId: customers has none known as shop NOBODY"),
    ]
    found = "SELECT c.name, cu.name, c.is_primary FROM contact c JOIN customer cu"
    assert await graph.rows(f"{found} ON cu.id = c.customer_id") == [
        ("Mary Miller", "Acme, Ltd", True)
    ]


async def test_many_rows_go_up_in_one_piece(graph, bring):
    lines = [f"C{number},Company {number},,,,1," for number in range(2 * AT_ONCE + 1)]
    assert counts(await bring(HEADER, *lines)) == (2 * AT_ONCE + 1, 0, 0, 0)
    assert sum("appendTo" in it["query"] for it in graph.asked) == 1


@pytest.mark.parametrize("fault", ["SUBGRAPH_UNAVAILABLE", "DEADLINE_EXCEEDED", "break off", 503])
async def test_what_passes_is_waited_for(graph, bring, fault):
    told: list[str] = []
    graph.faults = [fault, fault]
    outcome = await bring(HEADER, ACME, BETA, tell=told.append)
    assert counts(outcome) == (2, 0, 0, 0)
    assert len(told) == 2


async def test_patience_has_an_end_and_nothing_is_lost_by_it(graph, bring):
    await bring(HEADER, ACME)
    graph.faults = [503] * 100
    with pytest.raises(Refused, match="run the import again when it does"):
        await bring(HEADER, ACME, BETA, patience_seconds=0.1)
    graph.faults = []
    assert counts(await bring(HEADER, ACME, BETA)) == (1, 0, 1, 0)


async def test_a_token_that_ran_out_is_signed_anew(bring, token):
    stale = functools.partial(next, iter([token[:-4] + "aaaa", token]))
    assert counts(await bring(HEADER, ACME, token=stale)) == (1, 0, 0, 0)


async def test_a_token_that_never_serves_gives_one_sentence(bring):
    with pytest.raises(Refused, match="does not take this token"):
        await bring(HEADER, ACME, token=lambda: "no token")


async def test_who_may_not_is_told_once_and_not_for_each_row(graph, bring):
    token = await graph.token("SALES_REPRESENTATIVE", life=timedelta(minutes=5))
    with pytest.raises(Refused, match="needs the permission customers:history:import"):
        await bring(HEADER, ACME, BETA, token=lambda: token)
    assert await graph.rows("SELECT count(*) FROM customer") == [(0,)]
