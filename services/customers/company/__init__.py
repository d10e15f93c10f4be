"""The company: who the tenant is, in which currency it counts, and in which zone it lives."""
