"""Teams: people who answer for records together."""
