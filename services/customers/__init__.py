"""Customers: who we deal with, who we are, and what passed between us.

It owns companies (tenants), staff and their sign-in, customers, their contacts, interactions,
tasks, and the timeline that it gathers from everybody's events. It does not own what is sold
(sales) nor what is owed afterwards (service_desk).
"""
