"""The commands of `crm events`: the stream, who reads it, and what did not get through."""
