"""Price lists: what a product costs, for whom, from which quantity on, and how long."""
