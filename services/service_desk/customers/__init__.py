"""Customers as the desk knows them: a copy kept by events, and a name to hang cases on."""
