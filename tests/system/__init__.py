"""The whole system on real parts: four programs, PostgreSQL, NATS, asked through the gateway."""
