"""The `crm` program: what an operator or a developer does from a terminal."""
