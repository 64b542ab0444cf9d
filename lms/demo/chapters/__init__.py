"""The story of the demo world, a module a chapter."""
