"""Staff as sales knows them: who may do what, and how far; customers tells."""
