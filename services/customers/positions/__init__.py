"""Positions: who does what in which unit from when to when, and to whom they report."""
