"""A network as a table: shapes, parameters, multiply-adds, receptive field and stride, layer by layer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nnlib.conv_arithmetic import conv_output_size
from nnlib.numerics.arrays import whole_number, whole_numbers
from nnlib.numerics.text import as_html, as_text

Size = int | tuple[int, ...]  # one number for all directions, or one for each


@dataclass(frozen=True)
class Conv:
    """A convolution layer: output channels, kernel size, stride, padding, dilation.

    Examples
    --------
    >>> summarize([Conv(8, k=3, s=2, p=1)], (1, 8, 8)).rows[-1].shape
    (8, 4, 4)
    """

    channels: int
    k: Size
    s: Size = 1
    p: Size = 0
    d: Size = 1
    groups: int = 1
    bias: bool = True


@dataclass(frozen=True)
class Pool:
    """A pooling layer: window size, stride (the window's size unless given), padding, dilation.

    Examples
    --------
    >>> summarize([Pool(2)], (8, 4, 4)).rows[-1].shape
    (8, 2, 2)
    """

    k: Size
    s: Size | None = None
    p: Size = 0
    d: Size = 1


@dataclass(frozen=True)
class Dense:
    """A layer in which every output sees every input.

    Examples
    --------
    >>> summarize([Dense(10)], (8, 2, 2)).rows[-1].parameters
    330
    """

    channels: int
    bias: bool = True


class Row(NamedTuple):
    """What is known about one layer.

    Examples
    --------
    >>> summarize([Conv(8, k=3)], (1, 8, 8)).rows[-1].receptive_field
    (3, 3)
    """

    layer: str
    shape: tuple[int, ...]
    scalars: int
    weights: int
    parameters: int
    multiply_adds: int
    receptive_field: tuple[int, ...]
    stride: tuple[int, ...]


HEADINGS = "layer", "output", "scalars", "weights", "with biases", "multiply-adds", "receptive field", "stride"


@dataclass(frozen=True, repr=False)
class Summary:
    """The rows of a network, first its input. It prints as a table, and a notebook shows it as one.

    Examples
    --------
    >>> summarize([Conv(8, k=3), Dense(10)], (1, 8, 8)).total.parameters
    2970
    """

    rows: tuple[Row, ...]

    @property
    def total(self) -> Row:
        """Weights, parameters and multiply-adds of all layers together; the rest is that of the last layer."""
        return self.rows[-1]._replace(
            layer="total",
            weights=sum(row.weights for row in self.rows),
            parameters=sum(row.parameters for row in self.rows),
            multiply_adds=sum(row.multiply_adds for row in self.rows),
        )

    def _table(self) -> list[list[str]]:
        """Return the cells of all rows, the total last; of that, only what is a sum."""
        *rows, total = map(_cells, (*self.rows, self.total))
        return [*rows, [cell if 3 <= column <= 5 or not column else "" for column, cell in enumerate(total)]]

    def __repr__(self) -> str:
        return as_text([HEADINGS, *self._table()], numbers=True)

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._table())


def summarize(layers: Sequence[Conv | Pool | Dense], input_shape: Sequence[int]) -> Summary:
    """Follow an input through a network, and count what each layer holds and does.

    Parameters
    ----------
    layers : sequence of Conv, Pool and Dense
        The network, in order. Activations change neither shapes nor counts, and are left out.
    input_shape : sequence of int
        Channels first, then one size for each direction: (C,), (C, L) or (C, H, W).

    Returns
    -------
    Summary
        One `Row` for the input and one for each layer. Multiply-adds are those for one input; they count the zeros of
        the padding and leave out biases and pooling. The receptive field is how many entries of the network's input an
        output sees in each direction, the stride how many entries lie between the fields of neighboring outputs.

    Raises
    ------
    ValueError
        If a size is out of range, channels do not divide into groups, or a kernel is larger than its padded input.
    TypeError
        If a layer is none of the three.

    Notes
    -----
    A layer widens the receptive field by d(k − 1) times the stride so far, and multiplies that stride by its own.
    Derived in :section:`cnn-arithmetic-network`.

    Examples
    --------
    >>> for row in summarize([Conv(8, k=3), Pool(2), Dense(10)], (1, 8, 8)).rows:
    ...     print(row.layer, row.shape, row.parameters)
    input (1, 8, 8) 0
    conv 8, k=3 (8, 6, 6) 80
    pool k=2 (8, 3, 3) 0
    dense 10 (10,) 730
    """
    shape = whole_numbers(input_shape, "input_shape")
    ones = (1,) * (len(shape) - 1)
    rows = [Row("input", shape, math.prod(shape), 0, 0, 0, ones, ones)]
    for layer in layers:
        if isinstance(layer, Dense):
            rows.append(_dense(layer, rows[-1], shape[1:]))
        elif isinstance(layer, Conv | Pool):
            rows.append(_sliding(layer, rows[-1]))
        else:
            raise TypeError(f"a layer is a Conv, a Pool or a Dense; got {layer!r}")
    return Summary(tuple(rows))


def _dense(layer: Dense, before: Row, whole: tuple[int, ...]) -> Row:
    outputs = whole_number(layer.channels, "channels")
    weights = outputs * before.scalars
    parameters = weights + bool(layer.bias) * outputs
    return Row(f"dense {outputs}", (outputs,), outputs, weights, parameters, weights, whole, ())


def _sliding(layer: Conv | Pool, before: Row) -> Row:
    inputs, *sizes = before.shape
    n = len(sizes)
    k, p, d = _each(layer.k, n, "k"), _each(layer.p, n, "p", 0), _each(layer.d, n, "d")
    s = k if layer.s is None else _each(layer.s, n, "s")
    out = [conv_output_size(*one) for one in zip(sizes, k, s, p, d, strict=True)]
    field = tuple(before.receptive_field[i] + d[i] * (k[i] - 1) * before.stride[i] for i in range(n))
    stride = tuple(before.stride[i] * s[i] for i in range(n))
    ones, zeros = (1,) * n, (0,) * n
    usual = {"s": k if isinstance(layer, Pool) else ones, "p": zeros, "d": ones}
    options = [f"k={_sizes_text(k)}"]
    options += [f"{name}={_sizes_text(size)}" for name, size in (("s", s), ("p", p), ("d", d)) if size != usual[name]]
    if isinstance(layer, Pool):
        return Row(f"pool {', '.join(options)}", (inputs, *out), inputs * math.prod(out), 0, 0, 0, field, stride)
    outputs, groups = whole_number(layer.channels, "channels"), whole_number(layer.groups, "groups")
    if inputs % groups or outputs % groups:
        raise ValueError(f"{inputs} channels and {outputs} outputs cannot be split into {groups} groups")
    weights = outputs * (inputs // groups) * math.prod(k)
    if groups > 1:
        options.append(f"groups={groups}")
    name = f"conv {outputs}, {', '.join(options)}"
    parameters, products = weights + bool(layer.bias) * outputs, weights * math.prod(out)
    return Row(name, (outputs, *out), outputs * math.prod(out), weights, parameters, products, field, stride)


def _each(value: Size, directions: int, name: str, at_least: int = 1) -> tuple[int, ...]:
    sizes = value if isinstance(value, tuple) else (value,) * directions
    if len(sizes) != directions or not directions:
        raise ValueError(f"{name} must have one size for each of {directions} direction(s); got {value!r}")
    return tuple(whole_number(size, name, at_least) for size in sizes)


def _cells(row: Row) -> list[str]:
    counts = [f"{count:,}" for count in (row.scalars, row.weights, row.parameters, row.multiply_adds)]
    return [
        row.layer,
        "×".join(map(str, row.shape)),
        *counts,
        _sizes_text(row.receptive_field),
        _sizes_text(row.stride),
    ]


def _sizes_text(sizes: tuple[int, ...]) -> str:
    """Write sizes that are equal in all directions as one number."""
    return "×".join(map(str, sizes[:1] if len(set(sizes)) == 1 else sizes)) or "–"
