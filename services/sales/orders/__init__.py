"""Orders: what customers have ordered, line by line, from the draft until it is closed."""
