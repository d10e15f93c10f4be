"""Customers: the organisations and persons we deal with, and the roles they play for us."""
