"""How JupyterLab shows a chapter: with the book's macros, its names and numbers, and its solutions folded.

What is shown is undone when a chapter is saved, so that a file which nobody changed stays as it is, byte for byte.
"""
