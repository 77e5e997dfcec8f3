"""nnlib: the mathematics of neural networks in plain NumPy.

Import from the modules, for example ``from nnlib.softmax import softmax``.
Nothing is re-exported here, so ``nnlib.softmax`` is always the module and ``import nnlib`` stays light.
"""
