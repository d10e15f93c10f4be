"""The chassis, tried through its doors on a toy service."""
