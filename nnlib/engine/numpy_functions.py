"""What enters NumPy's functions: importing this module loads their rules and compositions."""

import nnlib.engine.numpy_angles
import nnlib.engine.numpy_einsum
import nnlib.engine.numpy_joined
import nnlib.engine.numpy_linalg
import nnlib.engine.numpy_moved
import nnlib.engine.numpy_products
import nnlib.engine.numpy_rules  # noqa: F401
