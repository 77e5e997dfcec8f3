"""Mutation testing: change nnlib in one small place at a time, and see whether a test or a claim notices."""
