"""Tasks: what somebody of us is to do, about a customer or about none, and until when."""
