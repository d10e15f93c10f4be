"""The manifests and the image keep what deploy/ promises an operator."""
