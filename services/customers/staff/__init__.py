"""Staff: the people who sign in and work with the records, their roles, and their sign-in."""
