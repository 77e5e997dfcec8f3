"""The programs behind the Makefile: set up, record, build, verify, preview."""
