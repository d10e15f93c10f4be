"""The feed: what all services tell of a company's records, read from the stream by a cursor."""
