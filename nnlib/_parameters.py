"""What the networks of `nnlib.models` share: how their parameters begin, and how they are checked."""

import operator
from typing import Any, Literal, TypeAlias

import numpy as np

from nnlib._arrays import Array, float_array
from nnlib.activations import heaviside, relu, sigmoid, softplus

Parameters: TypeAlias = dict[str, Any]
Activation: TypeAlias = Literal["softplus", "relu"]

ACTIVATIONS = {"softplus": (softplus, sigmoid), "relu": (relu, heaviside)}  # each with its derivative


def axes(params: Parameters, name: str, count: int) -> tuple[int, ...]:
    """Return the shape of a parameter, or say that there is none with so many axes."""
    shape: tuple[int, ...] = np.shape(params.get(name, 0.0))
    if len(shape) != count:
        raise ValueError(f"params must hold {name} with {count} axes; got shape {shape} among {sorted(params)}")
    return shape


def checked(params: Parameters, **shapes: tuple[int, ...]) -> Parameters:
    """Return the parameters as arrays, all of the given shapes: broadcasting would hide a wrong one."""
    arrays = {name: float_array(params.get(name, 0.0), name) for name in shapes}
    found = {name: array.shape for name, array in arrays.items()}
    if found != shapes:
        raise ValueError(f"the parameters must have the shapes {shapes}; got {found}")
    return arrays


def upstream(g: Any, shape: tuple[int, ...]) -> Array:
    """Check the gradient in the scores."""
    gradient = float_array(g, "g")
    if gradient.shape != shape:
        raise ValueError(f"g must have the shape of the scores, {shape}; got {gradient.shape}")
    return gradient


def activation_and_slope(name: str) -> tuple[Any, Any]:
    """Return an activation and its derivative by name."""
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(map(repr, ACTIVATIONS))}; got {name!r}")
    return ACTIVATIONS[name]


def positive(what: str, sizes: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return sizes as Python integers, or say how many are needed."""
    try:
        integers = tuple(operator.index(size) for size in sizes)
    except TypeError:
        integers = ()
    if len(integers) != count or min(integers) < 1:
        raise ValueError(f"{what} must be {count} positive integers; got {sizes}")
    return integers


def weights(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw normal weights with variance 2 / inputs, where all axes but the first count inputs."""
    return rng.normal(scale=np.sqrt(2 / np.prod(shape[1:])), size=shape)
