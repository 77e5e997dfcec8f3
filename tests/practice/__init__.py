"""The practice problems, and what they are judged by."""
