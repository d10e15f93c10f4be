"""How it runs on one machine, without containers: real servers, real programs, one supervisor."""
