"""What the services promise each other and their clients, held against the contracts in git."""
