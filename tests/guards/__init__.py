"""Guards: what the house promises of its own shape, each seen to fail on a planted breach."""
