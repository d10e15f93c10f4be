"""What takes too long for each check, and is proven now and then: `make prove`."""
