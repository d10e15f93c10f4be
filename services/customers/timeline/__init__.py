"""The timeline: the story of a customer, gathered from what all services tell."""
