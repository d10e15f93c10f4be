"""A company of some size, made by the database itself: the same each time, skewed as life is."""

import asyncpg

TENANT = "bench"
SIZES = {
    "customers": 100_000,
    "opportunities": 50_000,
    "orders": 100_000,
    "cases": 200_000,
    "activities": 1_000_000,
}
STAFF = 20
RECORD = "tenant, id, version, created_at, updated_at, created_by_kind, created_by_id"
ORIGIN = "1, t, t, 'system', 'bench'"
SEED = "SELECT setseed(0.42)"
"""Each statement draws its own chance after this, in one process: nothing is left to luck."""

# i is the record's number, t its time: two years, in the order of the ids
EACH = """FROM (SELECT i, timestamptz '2025-01-01' + i * interval '730 days' / {n}::float8 AS t,
  random() AS r, random() AS s, random() AS u FROM generate_series(1, {n}) i) of_each"""
CUSTOMER = "'cus_' || lpad(to_hex(1 + floor({customers} * power(s, 3))::int), 26, '0')"
OWNER = "'usr_' || lpad(to_hex(1 + floor({staff} * power(u, 2))::int), 26, '0')"
ID = "lpad(to_hex(i), 26, '0')"
COPIES = f"""INSERT INTO customer (tenant, id, sequence, organisation_name, status)
  SELECT 'bench', 'cus_' || {ID}, 1, 'Customer ' || i, 'ACTIVE'
  FROM generate_series(1, {{customers}}) i"""

STATEMENTS = {
    "customers": [
        f"""INSERT INTO customer ({RECORD}, owner_id, kind, name, status, industry, city, country,
            email, revenue_value, revenue_currency)
          SELECT 'bench', 'cus_' || {ID}, {ORIGIN}, {OWNER}, 'ORGANISATION',
            (ARRAY['Nord','Hansa','Alpen','Rhein','Delta','Orion'])[1 + floor(r * 6)::int]
              || ' ' || (ARRAY['Werke','Handel','Logistik','Bau'])[1 + floor(u * 4)::int]
              || ' ' || i,
            CASE WHEN r < 0.9 THEN 'ACTIVE' WHEN r < 0.95 THEN 'ON_HOLD' ELSE 'INACTIVE' END,
            (ARRAY['Steel','Retail','Energy'])[1 + floor(s * 3)::int],
            'City ' || floor(300 * power(s, 2))::int, 'DE', 'office' || i || '@example.com',
            round((1000 * power(10, 4 * r))::numeric, 2), 'EUR' {EACH}""",
        f"""INSERT INTO interaction ({RECORD}, owner_id, customer_id, channel, direction, subject,
            happened_at)
          SELECT 'bench', 'int_' || {ID}, {ORIGIN}, {OWNER}, {CUSTOMER},
            (ARRAY['CALL','EMAIL','MEETING','VISIT'])[1 + floor(r * 4)::int],
            CASE WHEN r < 0.4 THEN 'INBOUND' ELSE 'OUTBOUND' END, 'Matter ' || i, t {EACH}""",
        f"""INSERT INTO timeline_entry ({RECORD}, customer_id, happened_at, kind, title, subject)
          SELECT 'bench', 'tml_' || {ID}, {ORIGIN}, {CUSTOMER}, t, 'sales.order.placed.v1',
            'An order was placed', 'ord_' || {ID} {EACH}""",
    ],
    "sales": [
        COPIES,
        f"""INSERT INTO opportunity ({RECORD}, owner_id, name, customer_id, stage, status,
            amount_value, amount_currency, probability, close_on)
          SELECT 'bench', 'opp_' || {ID}, {ORIGIN}, {OWNER}, 'Opportunity ' || i, {CUSTOMER},
            (ARRAY['SET_UP','PROPOSAL_PROVIDED','PROPOSAL_EVALUATED','NEGOTIATION'])
              [1 + floor(4 * power(r, 2))::int], 'OPEN',
            round((500 * power(10, 3 * u))::numeric, 2), 'EUR', floor(r * 100)::int,
            (t + interval '90 days')::date {EACH}""",
        f"""INSERT INTO sales_order ({RECORD}, owner_id, number, customer_id, status, placed_on,
            currency, gross_value, gross_currency, net_value, net_currency, ship_to_city)
          SELECT 'bench', 'ord_' || {ID}, {ORIGIN}, {OWNER}, 'B-' || lpad(i::text, 8, '0'),
            {CUSTOMER}, (ARRAY['DRAFT','PLACED','CONFIRMED','SHIPPED','CLOSED'])
              [1 + floor(5 * sqrt(r))::int], t::date, 'EUR',
            round((20 * power(10, 3 * u))::numeric, 2), 'EUR',
            round((19 * power(10, 3 * u))::numeric, 2), 'EUR',
            'City ' || floor(300 * s)::int {EACH}""",
    ],
    "service_desk": [
        COPIES,
        f"""INSERT INTO service_case ({RECORD}, owner_id, number, customer_id, subject, priority,
            status, channel, opened_at)
          SELECT 'bench', 'cas_' || {ID}, {ORIGIN}, {OWNER}, 'B-' || lpad(i::text, 8, '0'),
            {CUSTOMER}, 'It does not work: ' || i,
            (ARRAY['NORMAL','LOW','HIGH','URGENT'])[1 + floor(4 * power(r, 2))::int],
            (ARRAY['CLOSED','RESOLVED','OPEN','WAITING','NEW'])[1 + floor(5 * power(r, 2))::int],
            (ARRAY['EMAIL','WEB','PHONE','VISIT'])[1 + floor(4 * s)::int], t {EACH}""",
    ],
}
COUNTS = {
    "customers": ["customers", "activities", "activities"],
    "sales": ["customers", "opportunities", "orders"],
    "service_desk": ["customers", "cases"],
}


async def seed(databases, factor):
    """Fill the services' databases, each as its own role within the tenant, and let it analyse."""
    for service, statements in STATEMENTS.items():
        connection = await asyncpg.connect(
            databases[service].app_url, server_settings={"statement_timeout": "0"}
        )
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant', $1, true)", TENANT)
            for statement, of in zip(statements, COUNTS[service], strict=True):
                numbers = {"n": int(SIZES[of] * factor), "staff": STAFF}
                customers = int(SIZES["customers"] * factor)
                await connection.execute(SEED)
                await connection.execute(statement.format(customers=customers, **numbers))
        await connection.close()
        owner = await asyncpg.connect(databases[service].owner_url)
        await owner.execute("VACUUM ANALYZE")
        await owner.close()
