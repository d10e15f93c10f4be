"""What tests of several rooms stand on: real servers, a toy service, waiting."""
