"""Northwind, a small public company with a known truth: brought in, counted, brought in again."""

from deploy.cli.northwind.demonstration import Door, demonstrate

__all__ = ["Door", "demonstrate"]
