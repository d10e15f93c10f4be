"""What every service needs, and not one domain word.

Ground floor, no framework: refusals, actor, permissions, ids, money, clock, events, process,
pages. First floor: settings, logs, telemetry, metrics, tokens, bearers, database, work, audit,
numbers, outbox, relay (leases, publishing), inbox, subscriptions (pulling, lanes), streams, rpc,
asking, serving, migrations. Second floor: graph (the kit), endpoint, app, contract, and service,
which puts all of it together. Arrows run down only; the chassis imports no service.
"""
