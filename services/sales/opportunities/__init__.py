"""Opportunities: what may become an order, stage by stage, until it is won or lost."""
