"""Groups: records of a list put together by what they share, counted and measured."""
