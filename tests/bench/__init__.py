"""The benchmark: a company of some size on real servers, what it is asked, and what that costs."""
