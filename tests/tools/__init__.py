"""Tests of what an author types."""
