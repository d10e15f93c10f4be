"""Cases: what a customer asks of us, from the first word to the last."""
