"""The company as the desk knows it: how it counts its money and its time; customers tells."""
