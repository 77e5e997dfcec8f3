"""The examples in the docstrings give what they say."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

from tools.paths import ROOT

MODULES = sorted(path.stem for path in Path(ROOT / "nnlib").glob("*.py") if path.stem != "__init__")
WITH_EXAMPLES = {
    "activations": ["heaviside", "relu", "sign", "sigmoid", "softplus", "log_sigmoid", "tanh"],
    "softmax": ["softmax", "log_softmax", "logsumexp", "softmax_jacobian"],
    "losses": ["binary_cross_entropy", "squared_error", "cross_entropy", "cross_entropy_gradient"],
    "signal": ["convolve", "correlate", "kept_entries"],
    "toeplitz": ["toeplitz_matrix", "hankel_matrix", "conv2d_matrix"],
    "conv": ["conv1d", "conv2d", "conv2d_input_gradient", "conv2d_weight_gradient"],
    "conv_transpose": ["conv_transpose1d", "conv_transpose2d"],
    "pooling": ["max_pool2d", "avg_pool2d"],
    "autodiff": ["jvp", "vjp", "grad", "value_and_grad", "jacfwd", "jacrev"],
    "models": ["mlp_init", "mlp_forward", "mlp_backward", "cnn_init", "cnn_forward", "cnn_backward"],
    "chain": ["accumulation_cost", "best_order"],
    "gradcheck": ["directional_derivative", "numerical_jacobian", "numerical_gradient", "check_gradients"],
}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name: str) -> None:
    module = importlib.import_module(f"nnlib.{name}")
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    offered = getattr(module, "__all__", ())
    for given, value in vars(module).items():
        home = getattr(value, "__module__", None)
        if home == module.__name__ or (home and given in offered):
            function = inspect.unwrap(value)  # doctest passes over decorated functions
            globs = dict(vars(importlib.import_module(home)))
            for example in finder.find(function, name, module=False, globs=globs):
                runner.run(example)
    assert runner.failures == 0
    assert runner.tries >= len(WITH_EXAMPLES.get(name, []))


@pytest.mark.parametrize(("module", "name"), [(m, name) for m, names in WITH_EXAMPLES.items() for name in names])
def test_an_operation_has_an_example(module: str, name: str) -> None:
    text = getattr(importlib.import_module(f"nnlib.{module}"), name).__doc__ or ""
    assert doctest.DocTestParser().get_examples(text)
