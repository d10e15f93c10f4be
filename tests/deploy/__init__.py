"""How it runs: on one machine, in an image, on Kubernetes."""
