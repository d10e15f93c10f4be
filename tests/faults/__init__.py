"""Faults, a workload that goes on through them, and a checker that says what was broken."""
