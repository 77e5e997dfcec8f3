"""Practice on the pages: a page of problems for each chapter, "Try one" where a section ends, and the variants.

The package ``practice`` at the top of the repository draws and judges; here its problems become pages. Without scripts
each problem stands there in one variant with its solution; scripts (``pages/static/practice``) judge what is typed.
"""
