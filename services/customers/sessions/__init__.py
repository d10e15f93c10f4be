"""Sessions: how staff come in, stay, and go: passwords, second factors, links by mail, tokens."""
