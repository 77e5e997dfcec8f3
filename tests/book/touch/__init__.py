"""Tests of the components that a reader can touch."""
