"""The stream as code: what it holds, who may do what with it, and how it comes to be."""
