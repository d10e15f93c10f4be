"""A toy service of one page, to try the chassis on: ships, their voyages, and their owners."""
