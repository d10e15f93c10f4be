"""The portal as the desk knows it: who comes in by it, and what of ours is theirs."""
