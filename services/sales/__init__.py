"""Sales: what we sell, from the lead to the order.

It owns products, price lists, leads, opportunities, orders and their lines. It does not own
customers, contacts and staff (customers), of whom it keeps small copies, nor what happens after
delivery (service_desk).
"""
