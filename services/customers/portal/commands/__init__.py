"""What can be done with portal identities, by whom they are, and with whom they are of."""
