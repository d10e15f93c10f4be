"""The tests mirror the code; each name is a sentence that is true when green."""
