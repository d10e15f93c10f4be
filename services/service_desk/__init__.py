"""Service desk: what we owe afterwards.

It owns cases. It does not own customers and staff (customers), of whom it keeps small copies, nor
orders and products (sales).
"""
