"""API keys: how programs come in, each as somebody of its own with one role."""
