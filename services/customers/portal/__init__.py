"""Portal: contacts of customers who sign in, and what is theirs to see and to change."""
