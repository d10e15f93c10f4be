"""`crm import`, against a real graph over real HTTP."""
