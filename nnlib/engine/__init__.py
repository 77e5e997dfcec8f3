"""The engine of automatic differentiation: how values are followed, and NumPy's own derivative rules.

`nnlib.autodiff` and `nnlib.trace` are its face. It knows the operations by the registry of `nnlib.rules` alone.
"""
