"""Write tests/nnlib/oracles/conv.json: PyTorch's values and gradients of convolution and pooling layers.

Run it where torch is installed: ``python -m tests.nnlib.oracles.make_conv_oracles``. The tests compare nnlib with the
file everywhere, and with PyTorch itself where it is installed.

All inputs are small multiples of 1/8, made by a formula. Then every product and every sum is exact in float32 and in
float64, whatever the order, and the comparison can be exact too. The file holds 64 times each value, an integer; only
averages are not exact, and are stored as they are.
"""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("conv.json")
UNIT = 64
EXACT = "conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "max_pool2d"


def cases() -> Iterator[dict[str, Any]]:
    """List the layers: the name of the function in PyTorch, the shapes of x and w, and the options."""
    kernel: Any
    stride: Any
    padding: Any
    dilation: Any
    extra: Any
    options: dict[str, Any]
    for (groups, inputs, outputs), stride, padding, dilation in itertools.product(
        [(1, 2, 3), (1, 1, 1), (2, 4, 2), (3, 3, 6)], [1, 2, 3], [0, 1, 3], [1, 2]
    ):
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        yield {"name": "conv1d", "x": [2, inputs, 7], "w": [outputs, inputs // groups, 3], "options": options}
    for (groups, inputs, outputs), kernel, stride, padding, dilation in itertools.product(
        [(1, 2, 3), (2, 4, 2), (2, 2, 6)], [[2, 3], [3, 1]], [1, [2, 1], [2, 3]], [0, [1, 2]], [1, [1, 2]]
    ):
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        yield {"name": "conv2d", "x": [2, inputs, 4, 5], "w": [outputs, inputs // groups, *kernel], "options": options}
    for kernel, padding, dilation in itertools.product([[1, 2], [2, 4], [3, 3]], ["same", "valid"], [1, [1, 2]]):
        options = {"padding": padding, "dilation": dilation}
        yield {"name": "conv2d", "x": [1, 2, 4, 7], "w": [3, 2, *kernel], "options": options}
    for groups, stride, padding, extra, dilation in itertools.product([1, 2], [1, 2, 3], [0, 1], [0, 1, 2], [1, 2]):
        if extra < stride:
            options = {"stride": stride, "padding": padding, "output_padding": extra}
            options |= {"groups": groups, "dilation": dilation}
            yield {"name": "conv_transpose1d", "x": [2, 2, 5], "w": [2, 2, 3], "options": options}
    for groups, kernel, stride, padding, dilation in itertools.product(
        [1, 2], [[2, 3], [1, 2]], [1, [2, 1], [2, 3]], [0, [0, 1]], [1, [2, 1]]
    ):
        extra = 0 if stride == 1 else [1, 0] if stride == [2, 1] else [1, 2]
        options = {"stride": stride, "padding": padding, "output_padding": extra}
        options |= {"groups": groups, "dilation": dilation}
        yield {"name": "conv_transpose2d", "x": [2, 2, 3, 4], "w": [2, 2, *kernel], "options": options}
    for kernel, stride, padding in itertools.product([2, 3, [3, 2]], [None, 1, [2, 1]], [0, 1]):
        yield {"name": "avg_pool2d", "x": [1, 2, 5, 6], "options": {
            "kernel_size": kernel, "stride": stride, "padding": padding, "count_include_pad": stride != 1
        }}  # fmt: skip
        for dilation in (1, 2):
            options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
            yield {"name": "max_pool2d", "x": [1, 2, 5, 6], "options": options}


def made_up(shape: list[int], seed: int) -> Any:
    """Return an array of eighths between −1 and 1 that looks random and has many ties."""
    n = np.arange(int(np.prod(shape)))
    return (((n * n * 7 + n * (11 + seed) + seed) % 83 % 17) - 8).reshape(shape) / 8


def arguments(case: dict[str, Any]) -> dict[str, Any]:
    """Return x, and w and b where the layer has them."""
    given = {"x": made_up(case["x"], 1)}
    if "w" in case:
        outputs = case["w"][0] if case["name"] in ("conv1d", "conv2d") else case["w"][1] * case["options"]["groups"]
        given |= {"w": made_up(case["w"], 2), "b": made_up([outputs], 3)}
    return given


def options(case: dict[str, Any]) -> dict[str, Any]:
    """Return the options, with pairs as tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in case["options"].items()}


def by_torch(case: dict[str, Any], dtype: str) -> dict[str, Any]:
    """Compute a case with PyTorch: the output y, and the gradients of Σ g·y for a made-up g."""
    import torch

    given = {
        name: torch.tensor(value, dtype=getattr(torch, dtype), requires_grad=True)
        for name, value in arguments(case).items()
    }
    y = getattr(torch.nn.functional, case["name"])(*given.values(), **options(case))
    y.backward(torch.tensor(made_up(list(y.shape), 4), dtype=y.dtype))
    return {"y": y.detach().numpy()} | {name: value.grad.numpy() for name, value in given.items()}


def main() -> None:
    """Compute every case in two precisions, and write the file."""
    import torch

    written = []
    for case in cases():
        single, double = by_torch(case, "float32"), by_torch(case, "float64")
        values = {}
        for name, value in double.items():
            if case["name"] in EXACT:
                if not (np.array_equal(single[name], value) and np.array_equal(value * UNIT, np.rint(value * UNIT))):
                    raise SystemExit(f"not exact: {name} of {case}")
                values[name] = {"shape": value.shape, "units": [int(unit) for unit in (value * UNIT).ravel()]}
            else:
                values[name] = {"shape": value.shape, "values": value.ravel().tolist()}
        written.append(case | {"values": values})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in written)
    version = torch.__version__.split("+")[0]
    PATH.write_text(f'{{"torch": "{version}", "unit": {UNIT}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{PATH.name}: {len(written)} cases from PyTorch {version}, {PATH.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
