"""The demo company: Lantern Works, small enough to know by heart, made through the graph."""

from deploy.cli.demo.company import explorer_settings, is_there, load, welcome

__all__ = ["explorer_settings", "is_there", "load", "welcome"]
