"""Check the derivative rules of one operation at one point, in both modes, against central differences."""

import numpy as np

from nnlib.gradcheck import directional_derivative
from nnlib.rules import operation


def check_rules(function, *args, seed=0, tolerance=1e-8, constant=(), **kwargs):
    """For each differentiable argument: J v by the jvp against differences, and ⟨u, J v⟩ = ⟨Jᵀ u, v⟩ by the vjp.

    The cotangent is random: a constant one hides mistakes. In an argument listed as `constant` the function has steps,
    and the derivative must be zero.
    """
    rng = np.random.default_rng(seed)
    known = operation(function)
    arrays, options = known.bind(args, kwargs)
    y = function(*args, **kwargs)
    for position, name in enumerate(known.arrays):
        if arrays[position] is None:
            continue
        rule = known.rule(position)
        arrays[position] = np.asarray(arrays[position], np.float64)

        def at(value, position=position):
            changed = arrays.copy()
            changed[position] = value
            return function(*changed[: len(known.arrays)], **options)

        v, u = rng.normal(size=arrays[position].shape), rng.normal(size=y.shape)
        pushed, pulled = rule.jvp(v, y, *arrays, **options), rule.vjp(u, y, *arrays, **options)
        assert pushed.shape == y.shape, (known.name, name)
        assert pulled.shape == v.shape, (known.name, name)
        expected = np.zeros(y.shape) if name in constant else directional_derivative(at, arrays[position], v)
        np.testing.assert_allclose(pushed, expected, rtol=tolerance, atol=tolerance * (1 + np.abs(expected).max()))
        scale = 1 + np.linalg.norm(u) * np.linalg.norm(pushed)
        assert abs(np.vdot(u, pushed) - np.vdot(pulled, v)) < tolerance * scale, (known.name, name)
