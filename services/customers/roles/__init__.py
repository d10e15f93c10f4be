"""Roles: what kinds of work there are, and what each may do, in every service."""
