"""Staff as sales knows them: which roles, and whether they still work here; customers tells."""
