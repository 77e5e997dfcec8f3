"""Tests of the text."""
