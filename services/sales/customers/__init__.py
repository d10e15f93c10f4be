"""Customers as sales knows them: a small copy kept by events, and whether they may order."""
