"""Products: what we sell, how it is packed, and its list price."""
