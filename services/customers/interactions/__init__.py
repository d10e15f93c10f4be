"""Interactions: what passed between a customer and us, on which channel."""
