"""Field policies: which fields only some roles may see, and which reads are written down."""
