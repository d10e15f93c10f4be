"""What every service needs, and not one domain word.

Ground floor, no framework: refusals, actor, permissions, ids, money, clock, events, process,
pages. First floor: settings, logs, telemetry, tokens, database, work, audit, numbers, outbox,
relay, inbox, subscriptions, streams, rpc, migrations. Second floor: graph (the kit), app,
contract. Arrows run down only; the chassis imports no service.
"""
