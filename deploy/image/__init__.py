"""The image: one for all programs."""
