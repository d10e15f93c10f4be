"""The graph kit, tried on the toy's ships through the door of its graph."""
