"""Record PyTorch's values and gradients in tests/nnlib/oracles, for every test run to compare nnlib with.

PyTorch is too large to install for the tests; its values are small. Run ``python -m tests.nnlib.oracles.make_oracles``
where it is installed. A file holds its version and a list of cases: a function of nnlib, its arguments, its options,
PyTorch's value, and the gradients of ⟨cotangent, value⟩. Numbers are written in full, so that nothing is rounded.
"""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ORACLES = Path(__file__).resolve().parent
DTYPES = ("float32", "float64")
Case = dict[str, Any]


def cases(module: str) -> Iterator[Case]:
    """Yield the calls to record for a module of nnlib: function, arguments, options and cotangent."""
    yield from {"activations": _activations, "softmax": _softmax, "losses": _losses}[module]()


MODULES = ("activations", "softmax", "losses")
SHAPES = ((), (7,), (3, 4), (0,), (2, 3, 4))


def _case(function: str, arguments: dict[str, Any], shape: tuple[int, ...], **options: Any) -> Case:
    """Complete a call with a cotangent for its result."""
    arguments = {name: np.asarray(x) for name, x in arguments.items()}
    dtype = next(iter(arguments.values())).dtype
    cotangent = np.cos(np.arange(np.prod(shape, dtype=int)) + 0.5).reshape(shape).astype(dtype)
    return {"function": function, "arguments": arguments, "options": options, "cotangent": np.asarray(cotangent)}


def _activations() -> Iterator[Case]:
    rng = np.random.default_rng(1)
    for function, dtype in itertools.product(
        ("heaviside", "relu", "sigmoid", "softplus", "log_sigmoid", "tanh", "sign"), DTYPES
    ):
        for shape in SHAPES:
            yield _case(function, {"x": (3 * rng.normal(size=shape)).astype(dtype)}, shape)
        x = np.array([-80, -30, -17, -5, -1, -1e-3, 1e-3, 1, 5, 17, 21, 30, 80], dtype)
        yield _case(function, {"x": x}, x.shape)
        if function == "sigmoid":
            for k in (-2.0, 0.0, 0.5, 10.0):
                yield _case(function, {"x": x}, x.shape, k=k)


def _softmax() -> Iterator[Case]:
    rng = np.random.default_rng(2)
    for function, dtype in itertools.product(("softmax", "log_softmax"), DTYPES):
        for shape, axis in (((4,), -1), ((3, 4), -1), ((3, 4), 0), ((2, 3, 4), 1), ((2, 0, 3), -1), ((1,), 0)):
            yield _case(function, {"x": (3 * rng.normal(size=shape)).astype(dtype)}, shape, axis=axis)
        x = np.array([[1, 3, 3], [1000, 1001, 999], [-1e4, 0, 5], [0, 0, 0]], dtype)
        for temperature in (0.1, 1.0, 2.5, 100.0):
            yield _case(function, {"x": x}, x.shape, axis=-1, temperature=temperature)
    axes: list[int | tuple[int, ...]] = [0, -1, (0, 2), (0, 1, 2)]
    for dtype, along, keepdims in itertools.product(DTYPES, axes, (False, True)):
        x = (5 * rng.normal(size=(2, 3, 4))).astype(dtype)
        reduced = tuple(np.sum(x, axis=along, keepdims=keepdims).shape)
        yield _case("logsumexp", {"x": x}, reduced, axis=along, keepdims=keepdims)


def _losses() -> Iterator[Case]:
    rng = np.random.default_rng(3)
    for dtype, shape in itertools.product(DTYPES, SHAPES):
        a = (4 * rng.normal(size=shape)).astype(dtype)
        targets = {
            "binary_cross_entropy": rng.uniform(size=shape).astype(dtype),
            "squared_error": rng.normal(size=shape).astype(dtype),
        }
        yield _case("binary_cross_entropy", {"logits": a, "targets": targets["binary_cross_entropy"]}, shape)
        yield _case("squared_error", {"prediction": a, "target": targets["squared_error"]}, shape)
        logits = (4 * rng.normal(size=(*shape, 5))).astype(dtype)
        yield _case("cross_entropy", {"logits": logits}, shape, labels=rng.integers(0, 5, size=shape).tolist())
    for dtype in DTYPES:
        a = np.array([-100, -20, -1, 0, 1, 20, 100], dtype)
        for y in (0.0, 1.0):
            yield _case("binary_cross_entropy", {"logits": a, "targets": np.full_like(a, y)}, a.shape)


def torch_functions() -> dict[str, Callable[..., Any]]:
    """PyTorch's own form of each function, with the arguments of nnlib's."""
    torch = importlib.import_module("torch")  # not installed for the tests
    F = torch.nn.functional

    def cross_entropy(logits: Any, labels: Any) -> Any:
        classes = logits.shape[-1]
        index = torch.tensor(labels, dtype=torch.int64)
        return F.cross_entropy(logits.reshape(-1, classes), index.reshape(-1), reduction="none").reshape(index.shape)

    return {
        "heaviside": lambda x: torch.heaviside(x.detach(), torch.tensor(0.5, dtype=x.dtype)) + 0 * x,
        "relu": F.relu,
        "sigmoid": lambda x, k=1.0: torch.sigmoid(k * x),
        "softplus": lambda x: F.softplus(x, threshold=100),  # beyond its threshold PyTorch returns x
        "log_sigmoid": F.logsigmoid,
        "tanh": torch.tanh,
        "sign": torch.sign,
        "softmax": lambda x, axis, temperature=1.0: torch.softmax(x / temperature, axis),
        "log_softmax": lambda x, axis, temperature=1.0: torch.log_softmax(x / temperature, axis),
        "logsumexp": lambda x, axis, keepdims: torch.logsumexp(x, axis, keepdim=keepdims),
        "binary_cross_entropy": lambda logits, targets: F.binary_cross_entropy_with_logits(
            logits, targets, reduction="none"
        ),
        "squared_error": lambda prediction, target: F.mse_loss(prediction, target, reduction="none"),
        "cross_entropy": cross_entropy,
    }


def ask_torch(case: Case) -> Case:
    """Return the case with PyTorch's value and gradients."""
    torch = importlib.import_module("torch")
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in case["arguments"].items()}
    value = torch_functions()[case["function"]](*tensors.values(), **case["options"])
    gradients = torch.autograd.grad(value, list(tensors.values()), torch.tensor(case["cotangent"]))
    return case | {
        "value": value.detach().numpy(),
        "gradients": {name: g.numpy() for name, g in zip(tensors, gradients, strict=True)},
    }


def to_json(value: Any) -> Any:
    """Write an array as its dtype, shape and numbers."""
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.name, "shape": value.shape, "numbers": value.ravel().tolist()}
    return value


def from_json(value: Any) -> Any:
    """Read what `to_json` wrote."""
    if isinstance(value, dict) and value.keys() == {"dtype", "shape", "numbers"}:
        return np.array(value["numbers"], value["dtype"]).reshape(value["shape"])
    return value


def write(module: str) -> None:
    """Record one module's oracle."""
    torch = importlib.import_module("torch")
    recorded = [json.dumps(ask_torch(case), default=to_json) for case in cases(module)]
    head = json.dumps(
        {"made by": f"torch {torch.__version__.partition('+')[0]}", "with": "tests/nnlib/oracles/make_oracles.py"}
    )
    text = head[:-1] + ', "cases": [\n' + ",\n".join(recorded) + "\n]}\n"
    (ORACLES / f"{module}.json").write_text(text)
    print(f"{module}: {len(recorded)} cases")


def read(module: str) -> dict[str, Any]:
    """Read one module's oracle, arrays as arrays."""
    data: dict[str, Any] = json.loads((ORACLES / f"{module}.json").read_text(), object_hook=from_json)
    return data


if __name__ == "__main__":
    for name in MODULES:
        write(name)
