"""Tests of nnlib."""
