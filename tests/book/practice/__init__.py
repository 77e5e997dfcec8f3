"""Tests of the problems on the pages."""
