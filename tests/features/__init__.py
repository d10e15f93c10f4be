"""The ledger: which capability of the CRM is proven by which test."""
