"""Rows of the table of bad input: layers, their arithmetic, networks and training."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from nnlib import conv, conv_arithmetic, conv_transpose, models, network_table, pooling, training
from tests.nnlib import hostile_oracles as right
from tests.nnlib import naive
from tests.nnlib.hostile import VALUE, Row, shapes

rng = np.random.default_rng(8)
X = rng.normal(size=(2, 2, 5, 4))
W = rng.normal(size=(3, 2, 2, 3))  # one even size
B = rng.normal(size=3)
G = rng.normal(size=(2, 3, 4, 2))
SCORES, LABELS = rng.normal(size=(3, 4)), np.array([0, 3, 1])

COUNT = "must be an integer of at least 1; got"
FOUR = r"must each have four axes|must have 4 axes; got shape"
THREE = "must have 3 axes; got shape"
BIAS = "b must hold one bias for each"
CHANNELS = "has kernels for .* channels|cannot be split into"
OUTPUT = r"g must have the shape of the layer's output, .*; got"
IMAGE = r"x must have four axes, NCHW; got shape"


def _pairs(name: str, least: int, *more: Any) -> tuple[Any, ...]:
    wrong = rf"{name} must be an integer(?: or|,) a pair of integers"
    bad = [(value, wrong) for value in (1.5, None, (1, 2, 3), np.array([1, 2]), {}, ([1], 1), *more)]
    low = [(value, f"{name} must be at least {least}; got") for value in (least - 1, -3, (1, least - 1))]
    return tuple(({name: value}, ValueError, message) for value, message in bad + low)


SLIDING = (
    *_pairs("stride", 1, "2"),
    *_pairs("padding", 0),
    *_pairs("dilation", 1, "2"),
    ({"padding": "full"}, ValueError, 'padding must be an integer, a pair of integers, "same" or "valid"; got'),
    ({"padding": "same", "stride": 2}, ValueError, 'padding "same" needs stride 1; got stride'),
    ({"dilation": 9}, ValueError, "the kernel is larger than the padded input: kernel size .* spans"),
    *(({"groups": g}, ValueError, "groups must be an integer of at least 1") for g in (0, -1, 1.5, "1", None, [1])),
    ({"groups": 5}, ValueError, "cannot be split into 5|channels in each of 5"),
)
POOLING = (
    *_pairs("kernel_size", 1, "2"),
    *_pairs("padding", 0, "same"),
    ({"padding": 2}, ValueError, "padding must be at most half a window; got padding 2 for kernel size 2"),
    ({"kernel_size": 9}, ValueError, "the kernel is larger than the padded input"),
)


def _sizes(least: int, *names: str) -> tuple[Any, ...]:
    bad = (least - 1, -3, 1.5, "2", [1], np.array([1, 2]))
    return tuple(
        ({n: value}, ValueError, f"{n} must be an integer of at least {least}; got") for n in names for value in bad
    )


def _naive(function: Any, *options: Any) -> Any:
    return lambda **arrays: function(*arrays.values(), *options)


MLP = {
    "x": rng.normal(size=(5, 4)),
    "W1": rng.normal(size=(3, 4)),
    "b1": rng.normal(size=3),
    "W2": rng.normal(size=(2, 3)),
    "b2": rng.normal(size=2),
}
CNN = {"x": rng.normal(size=(2, 1, 8, 8)), **models.cnn_init(rng, (1, 2), 2)}
PARAMETERS = "the parameters must have the shapes|params must hold"
ACTIVATION = ({"activation": "tanh"}, ValueError, "activation must be one of 'softplus', 'relu'; got 'tanh'")


def _forward(forward: Any, x: Any, activation: str = "relu", **params: Any) -> Any:
    return forward(params, x, activation)[0]


def _backward(forward: Any, backward: Any, x: Any, g: Any, **params: Any) -> Any:
    return backward(params, forward(params, x, "relu")[1], g)


def _cnn_gradients(*values: Any) -> Any:
    """Differentiate Σ g · scores by every parameter, with central differences in extended precision."""
    good = dict(zip(CNN, values, strict=False))
    g, gradients = values[-1], []
    for name in ("K1", "b1", "K2", "b2", "W3", "b3"):
        gradient = np.zeros(np.shape(good[name]), np.longdouble)
        for place in np.ndindex(gradient.shape):
            step = np.zeros(gradient.shape, np.longdouble)
            step[place] = 1e-6
            above, below = (right.cnn(**{**good, name: good[name] + s}) for s in (step, -step))
            gradient[place] = (g * (above - below)).sum() / 2e-6
        gradients.append(gradient)
    return gradients


IMAGE_SIZES = (np.int8(3), np.int8(100), np.int8(100))


def _summary(sizes: Any = IMAGE_SIZES, k: Any = 3, **conv: Any) -> Any:
    layers = [network_table.Conv(**{"channels": np.int8(100), "k": k, **conv}), network_table.Dense(10, bias=True)]
    return tuple(network_table.summarize(layers, sizes).total[2:6])


STEP = "learning_rate must be > 0 and penalty >= 0, both finite; got"

ROWS: dict[str, Row] = {
    "conv.conv2d": Row(
        conv.conv2d,
        {"x": X, "w": W, "b": B},
        right.conv2d,
        {
            "x": shapes(FOUR, VALUE, FOUR, VALUE),
            "w": shapes(f"{FOUR}|{BIAS}", BIAS, f"{FOUR}|{BIAS}", VALUE),
            "b": BIAS,
        },
        refused=(*SLIDING, ({"w": W[:, :1]}, ValueError, CHANNELS), ({"w": W[:0], "b": None}, ValueError, CHANNELS)),
    ),
    "conv.conv2d_input_gradient": Row(
        partial(conv.conv2d_input_gradient, image_size=(5, 4)),
        {"g": G, "w": W},
        partial(right.conv2d_input_gradient, image_size=(5, 4)),
        {"g": shapes(FOUR, VALUE, FOUR, OUTPUT), "w": shapes(FOUR, CHANNELS, FOUR, OUTPUT)},
        refused=(*SLIDING, *_pairs("image_size", 0)[:-3], ({"image_size": (9, 9)}, ValueError, OUTPUT)),
    ),
    "conv.conv2d_weight_gradient": Row(
        partial(conv.conv2d_weight_gradient, kernel_size=(2, 3)),
        {"g": G, "x": X},
        partial(right.conv2d_weight_gradient, kernel_size=(2, 3)),
        {"g": shapes(FOUR, OUTPUT, FOUR, OUTPUT), "x": shapes(FOUR, OUTPUT, FOUR, OUTPUT)},
        refused=(*SLIDING[:-1], *_pairs("kernel_size", 1), ({"kernel_size": (9, 9)}, ValueError, "kernel is larger")),
    ),
    "conv.conv1d": Row(
        conv.conv1d,
        {"x": X[:, 0], "w": rng.normal(size=(2, 5, 3)), "b": B[:2]},
        lambda x, w, b: right.conv2d(x[..., None], w[..., None], b)[..., 0],
        {"x": shapes(THREE, VALUE, THREE, VALUE), "w": shapes(THREE, BIAS, THREE, VALUE), "b": BIAS},
        refused=(*(r for r in SLIDING if isinstance(next(iter(r[0].values())), int | float | str | type(None))),),
    ),
    "conv_transpose.conv_transpose2d": Row(
        conv_transpose.conv_transpose2d,
        {"x": G, "w": W, "b": B[:2]},
        right.conv_transpose2d,
        {
            "x": shapes("x and w must have shapes", VALUE, "x and w must have shapes", VALUE),
            "w": shapes("x and w must have shapes", "x and w must have shapes", "x and w must have shapes", VALUE),
            "b": BIAS,
        },
        refused=(
            *_pairs("stride", 1, "2"),
            *_pairs("padding", 0, "same"),
            *_pairs("dilation", 1, "2"),
            *_pairs("output_padding", 0, "2"),
            ({"output_padding": 1}, ValueError, "output_padding must be smaller than the stride; got 1 and 1"),
            ({"padding": 9}, ValueError, "padding 9 leaves nothing of an output of 5 by 4"),
            ({"x": G[:, :, :0]}, ValueError, "x must have at least one channel, one row and one column"),
            *(({"groups": g}, ValueError, "groups must be an integer of at least 1; got") for g in (0, 1.5, "1", None)),
        ),
    ),
    "conv_transpose.conv_transpose1d": Row(
        conv_transpose.conv_transpose1d,
        {"x": G[:, :, :, 0], "w": W[:, :, 0, :], "b": B[:2]},
        lambda x, w, b: right.conv_transpose2d(x[..., None], w[..., None], b)[..., 0],
        {
            "x": shapes("x and w must have shapes", VALUE, "x and w must have shapes", VALUE),
            "w": shapes("x and w must have shapes", "x and w must have shapes", "x and w must have shapes", VALUE),
            "b": BIAS,
        },
        refused=tuple(({n: v}, ValueError, f"{n} must be") for n in ("stride", "dilation") for v in (0, -1, 1.5, None)),
    ),
    "pooling.max_pool2d": Row(
        partial(pooling.max_pool2d, kernel_size=2),
        {"x": X},
        lambda x: right.pool2d(np.max, x, 2),
        {"x": shapes(IMAGE, VALUE, IMAGE, VALUE)},
        refused=(
            *POOLING,
            *_pairs("stride", 1, "2")[:1],
            *_pairs("dilation", 1, "2"),
            ({"x": X[:, :, :0]}, ValueError, "x must have at least one row and one column"),
        ),
    ),
    "pooling.avg_pool2d": Row(
        partial(pooling.avg_pool2d, kernel_size=2),
        {"x": X},
        lambda x: right.pool2d(np.mean, x, 2),
        {"x": shapes(IMAGE, VALUE, IMAGE, VALUE)},
        refused=POOLING,
    ),
    # The specification in plain loops checks nothing; it takes every layout.
    "naive.conv2d": Row(
        _naive(naive.conv2d, (1, 1), (0, 0), (1, 1)),
        {"x": X, "w": W},
        right.conv2d,
        {"x": "", "w": ""},
        numbers=False,
        lists=False,
    ),
    "naive.conv_transpose2d": Row(
        _naive(naive.conv_transpose2d, (1, 1), (0, 0), (0, 0), (1, 1)),
        {"x": G, "w": W},
        right.conv_transpose2d,
        {"x": "", "w": ""},
        numbers=False,
        lists=False,
    ),
    "naive.max_pool2d": Row(
        _naive(naive.max_pool2d, (2, 2), (2, 2), (0, 0), (1, 1)),
        {"x": X},
        lambda x: right.pool2d(np.max, x, 2),
        {"x": ""},
        numbers=False,
        lists=False,
    ),
    "naive.avg_pool2d": Row(
        _naive(naive.avg_pool2d, (2, 2), (2, 2), (0, 0), True),
        {"x": X},
        lambda x: right.pool2d(np.mean, x, 2),
        {"x": ""},
        numbers=False,
        lists=False,
    ),
    # np.int8(100) + 2 · np.int8(50) does not fit into 8 bits
    "conv_arithmetic.conv_output_size": Row(
        conv_arithmetic.conv_output_size,
        {"i": np.int8(100), "k": np.int8(3), "p": np.int8(50)},
        lambda i, k, p: 198,
        refused=(
            *_sizes(1, "i", "k", "s", "d"),
            *_sizes(0, "p"),
            ({"k": 300}, ValueError, "the kernel spans 300 entries; the padded input has only 200"),
        ),
    ),
    "conv_arithmetic.solve_conv": Row(
        partial(conv_arithmetic.solve_conv, k=np.int8(3), d=np.int8(1), s=np.int8(1)),
        {"i": np.int8(100), "o": 220},
        lambda i, o: [(3, 1, 61, 1)],
        refused=(
            *_sizes(1, "i", "o", "k", "s", "d", "max_k", "max_s"),
            *_sizes(0, "p", "max_p"),
            ({"windows": "all"}, ValueError, 'windows must be "any", "disjoint" or "tiling"; got'),
        ),
    ),
    "network_table.summarize": Row(
        _summary,
        {},
        lambda: (10, 2700 + 98 * 98 * 1000, 2800 + 98 * 98 * 1000 + 10, 98 * 98 * (2700 + 1000)),
        refused=(
            *(({"sizes": size}, ValueError, "input_shape must be") for size in (5, (), (3, 0, 4), (3, 1.5, 4), None)),
            *(
                ({n: v}, ValueError, f"{n} must be an integer of at least 1")
                for n in ("channels", "groups")
                for v in (0, 1.5)
            ),
            *(
                ({"k": v}, ValueError, f"k {COUNT}|k must have one size for each")
                for v in (0, -1, 1.5, "3", (3, 3, 3), None)
            ),
            ({"p": -1}, ValueError, "p must be an integer of at least 0; got -1"),
            ({"k": 101}, ValueError, "the kernel spans 101 entries; the padded input has only 100"),
            ({"groups": 7}, ValueError, "3 channels and 100 outputs cannot be split into 7 groups"),
        ),
    ),
    "models.mlp_init": Row(
        lambda sizes: [part.shape for part in models.mlp_init(rng, sizes).values()],
        {"sizes": (4, 3, 2)},
        lambda sizes: [(3, 4), (3,), (2, 3), (2,)],
        refused=tuple(
            ({"sizes": s}, ValueError, "sizes must be 3 integers of at least 1; got")
            for s in (5, (4, 3), (4, 0, 2), (4.0, 3, 2), "abc")
        ),
    ),
    "models.cnn_init": Row(
        lambda channels, classes: [part.shape for part in models.cnn_init(rng, channels, classes).values()],
        {"channels": (2, 3), "classes": 4},
        lambda channels, classes: [(2, 1, 3, 3), (2,), (3, 2, 3, 3), (3,), (4, 48), (4,)],
        refused=(
            *(
                ({"channels": c}, ValueError, "channels and classes must be 3 integers of at least 1")
                for c in (5, (2,), (2, 0), (2.0, 3), None)
            ),
            *(
                ({"classes": c}, ValueError, "channels and classes must be 3 integers of at least 1")
                for c in (0, -1, 1.5, None)
            ),
        ),
    ),
    "models.mlp_forward": Row(
        partial(_forward, models.mlp_forward),
        MLP,
        right.mlp,
        {"x": shapes("x must have shape", VALUE, "x must have shape", "x must have shape")}
        | {name: f"{PARAMETERS}|x must have shape" for name in ("W1", "b1", "W2", "b2")},
        refused=(ACTIVATION,),
    ),
    "models.mlp_backward": Row(
        partial(_backward, models.mlp_forward, models.mlp_backward),
        {**MLP, "g": rng.normal(size=(5, 2))},
        right.mlp_gradients,
        dict.fromkeys(MLP, "") | {"g": r"g must have the shape of the scores, \(5, 2\); got"},
        refused=(({"g": np.ones((1, 2))}, ValueError, r"g must have the shape of the scores, \(5, 2\); got \(1, 2\)"),),
    ),
    "models.cnn_forward": Row(
        partial(_forward, models.cnn_forward),
        CNN,
        right.cnn,
        {"x": shapes("x must have shape", VALUE, "x must have shape", "x must have shape")}
        | {name: PARAMETERS for name in CNN if name != "x"},
        refused=(ACTIVATION,),
    ),
    "models.cnn_backward": Row(
        partial(_backward, models.cnn_forward, models.cnn_backward),
        {**CNN, "g": rng.normal(size=(2, 2))},
        _cnn_gradients,
        dict.fromkeys(CNN, "") | {"g": r"g must have the shape of the scores, \(2, 2\); got"},
    ),
    "training.mean_cross_entropy": Row(
        training.mean_cross_entropy,
        {"scores": SCORES, "labels": LABELS},
        lambda scores, labels: [
            right.cross_entropy(scores, labels).mean(),
            right.cross_entropy_gradient(scores, labels) / 3,
        ],
        {"scores": shapes(*["scores must have shape"] * 3), "labels": "need labels of shape"},
        ("labels",),
    ),
    "training.mean_squared_error": Row(
        training.mean_squared_error,
        {"scores": SCORES, "labels": LABELS},
        lambda scores, labels: [
            (right.cross_entropy_gradient(scores, labels) ** 2).sum() / 3,
            np.einsum("ni,nij->nj", 2 * right.cross_entropy_gradient(scores, labels), right.jacobian_of_softmax(scores))
            / 3,
        ],
        {"scores": shapes(*["scores must have shape"] * 3), "labels": "need labels of shape"},
        ("labels",),
    ),
    "training.sgd_step": Row(
        lambda p, g, learning_rate=0.5, penalty=0.25: training.sgd_step({"p": p}, {"p": g}, learning_rate, penalty),
        {"p": SCORES, "g": SCORES[::-1]},
        lambda p, g: p - 0.5 * (g + 0.5 * p),
        {name: "params and gradients must have the same names and shapes; got" for name in "pg"},
        refused=(
            *(({"learning_rate": a}, ValueError, STEP) for a in (0, -1, np.nan, np.inf, -np.inf)),
            *(({"penalty": a}, ValueError, STEP) for a in (-1, np.nan, np.inf)),
            *(
                ({name: a}, TypeError, f"{name} must be a single real number; got")
                for name in ("learning_rate", "penalty")
                for a in (1j, "1", [0.5, 0.5], None)
            ),
        ),
    ),
}
