"""Bringing in what lived elsewhere: CSV files, through the graph's upserts, as often as one likes.

It knows no record type: the mapping file names the mutation, the graph says what that takes.
"""
