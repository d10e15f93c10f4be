"""Buoys: the least that a record type is, which `tests/kit/test_one_page.py` counts and tries."""
