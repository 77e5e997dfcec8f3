"""Tests of how chapters become pages."""
