"""What every list and every entity of every service keeps to: scope, statements, indexes."""
