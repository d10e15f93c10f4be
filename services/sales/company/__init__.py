"""The company as sales knows it: how it counts its money and its time; customers tells."""
