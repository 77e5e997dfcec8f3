"""Two networks for the digits, with their gradients written out by hand.

See :doc:`/chapters/digits`.

A network is two plain functions of a dictionary of parameters. The forward pass returns the scores and what it
computed on the way; the backward pass takes these and the gradient in the scores, and returns the gradient in every
parameter, under the same names. Nothing here calls `nnlib.autodiff`, and the tests compare with it.
"""

from nnlib._cnn import cnn_backward, cnn_forward, cnn_init
from nnlib._mlp import mlp_backward, mlp_forward, mlp_init

__all__ = ["cnn_backward", "cnn_forward", "cnn_init", "mlp_backward", "mlp_forward", "mlp_init"]
