"""Leads: who may become a customer, from the first sign until it is qualified or is none."""
