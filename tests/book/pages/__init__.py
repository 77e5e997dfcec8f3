"""Tests that look at the built pages."""
