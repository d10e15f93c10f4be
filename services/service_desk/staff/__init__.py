"""Staff as the desk knows it: who may do what, how far, and who can answer for a case."""
