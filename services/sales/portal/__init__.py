"""The portal as sales knows it: who comes in by it, and what of ours is theirs."""
