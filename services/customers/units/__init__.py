"""Organisation units: branches, departments and how they lie within each other."""
