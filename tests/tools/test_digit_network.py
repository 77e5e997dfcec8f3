"""The network that is shipped is the one that the tool trains."""

import numpy as np
import pytest

from nnlib.datasets import load_digit_network
from tools.digit_network import made


@pytest.mark.slow
def test_training_again_gives_the_same_network() -> None:
    params, mean = load_digit_network()
    for name, part in made().items():
        np.testing.assert_allclose({**params, "mean": mean}[name], part, atol=2e-3, err_msg=name)
