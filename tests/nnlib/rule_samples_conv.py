"""Samples of the sliding products, layers and their matrices, for `test_every_rule.py`; see `rule_samples.py`."""

import numpy as np

from nnlib import conv, pooling, signal, toeplitz

rng = np.random.default_rng(1)
X, W, B = rng.normal(size=(2, 4, 5, 4)), rng.normal(size=(6, 2, 2, 2)), rng.normal(size=6)
LAYERS = [(1, 0, 1, 2), ((2, 1), (1, 0), (1, 2), 2), (1, "same", 2, 2)]  # stride, padding, dilation, groups
OUTPUTS = [rng.normal(size=conv.conv2d(X, W, B, *options).shape) for options in LAYERS]
SPACED = np.array([[[[3.0, 40, 14, 9], [25, 1, 8, 30]]]])  # the largest entries are far ahead
PLACES = pooling._sliding(SPACED.shape, 2, None, 0, 1)

SAMPLES = {
    **{
        f: [
            (lambda x, w, f=f, mode=mode: f(x, w, mode), (X[0, 0, :, 0], w))
            for mode in ("full", "valid", "same")
            for w in (W[0, 0, 0], rng.normal(size=8))
        ]
        for f in (signal.convolve, signal.correlate)
    },
    toeplitz.toeplitz_matrix: [
        (lambda w: toeplitz.toeplitz_matrix(w, 5), (B[:3],)),
        (lambda w: toeplitz.toeplitz_matrix(w, 4, "full", flip=True), (B[:3],)),
        (lambda w: toeplitz.toeplitz_matrix(w, 7, "same", stride=2, dilation=2), (B[:3],)),
    ],
    toeplitz.hankel_matrix: [
        (lambda y: toeplitz.hankel_matrix(y, 3), (B,)),
        (lambda y: toeplitz.hankel_matrix(y, 2, stride=2, dilation=3), (B,)),
    ],
    toeplitz.conv2d_matrix: [
        (lambda w: toeplitz.conv2d_matrix(w, (3, 4)), (W[0, 0],)),
        (lambda w: toeplitz.conv2d_matrix(w, (3, 2), "full", flip=True, stride=(1, 2)), (W[0, 0],)),
    ],
    conv.conv2d: [
        *[(lambda *given, o=options: conv.conv2d(*given, *o), (X, W, B)) for options in LAYERS],
        (lambda x, w: conv.conv2d(x, w, groups=2), (X, W)),
    ],
    conv.conv2d_input_gradient: [
        (lambda g, w, o=options: conv.conv2d_input_gradient(g, w, (5, 4), *o), (g, W))
        for g, options in zip(OUTPUTS, LAYERS, strict=True)
    ],
    conv.conv2d_weight_gradient: [
        (lambda g, x, o=options: conv.conv2d_weight_gradient(g, x, (2, 2), *o), (g, X))
        for g, options in zip(OUTPUTS, LAYERS, strict=True)
    ],
    pooling.max_pool2d: [(lambda x: pooling.max_pool2d(x, 2), (SPACED,))],
    pooling._at_maximum: [(lambda v: pooling._at_maximum(v, SPACED, PLACES), (X[:1, :1, :2],))],
    pooling._to_maximum: [(lambda g: pooling._to_maximum(g, SPACED, PLACES), (X[:1, :1, :1, :2],))],
}
