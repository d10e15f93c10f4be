"""How Guanxi runs: on one machine, in an image, on Kubernetes."""
