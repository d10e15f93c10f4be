"""`crm config`: how a company is set up, as files that can be read, compared and brought in."""
