"""Staff as the desk knows it: who may do what, and who can answer for a case."""
