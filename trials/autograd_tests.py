"""HIPS autograd's own tests, run on nnlib: ``python -m trials.autograd_tests``.

Their source distribution, in the version that requirements.txt pins, goes into a folder that is removed afterwards.
The tests run there with plain NumPy in the place of ``autograd.numpy``, SciPy in that of ``autograd.scipy``, and nnlib
in that of the engine. What fails is told apart by its error: clearly refused, complex numbers, the inside of their
engine, or none of these, which is listed.
"""

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

from tools.paths import ROOT

CONFTEST = """
import builtins, functools, importlib, sys
import numpy, autograd, autograd.builtins, autograd.core as core, autograd.differential_operators as operators
import autograd.test_util as util, autograd.wrap_util as wrap
from autograd.numpy.numpy_vspaces import ArrayVSpace
from nnlib import autodiff
from nnlib.engine import forward, reverse
from nnlib.engine.traced import plain

def make_vjp(f, x):
    y, pullback = autodiff.vjp(f, x)
    return (lambda g: pullback(g)[0]), y

def make_jvp(f, x):
    return lambda v: autodiff.jvp(f, (x,), (v,))

for module in (core, operators, util, autograd):
    for name, made in (("make_vjp", make_vjp), ("make_jvp", make_jvp)):
        for known in (name, "_" + name):
            if hasattr(module, known) and module is not autograd and not (module is operators and known == name):
                setattr(module, known, made)
for traced in (reverse.Node, forward.Dual):
    core.VSpace.mappings[traced] = lambda x: ArrayVSpace(numpy.asarray(plain(x)))
numpy.numpy_boxes = sys.modules["autograd.numpy.numpy_boxes"]
for name in ("list", "tuple", "dict", "isinstance", "type"):
    for module in (autograd, autograd.builtins):
        setattr(module, name, getattr(builtins, name))
def one_number(f):
    return functools.wraps(f)(lambda *a, **k: numpy.reshape(f(*a, **k), ()))  # theirs takes an array of one entry, too

autograd.grad = lambda f, argnum=0: autodiff.grad(one_number(f), argnum)
autograd.value_and_grad = lambda f, argnum=0: autodiff.value_and_grad(one_number(f), argnum)
autograd.jacobian = lambda f, argnum=0: autodiff.jacrev(f, argnum)
autograd.hessian = lambda f, argnum=0: autodiff.jacrev(autodiff.jacrev(f, argnum), argnum)
for name in ("numpy", "numpy.random", "numpy.linalg", "numpy.fft", "scipy", "scipy.special", "scipy.stats",
             "scipy.signal", "scipy.linalg", "scipy.integrate"):
    sys.modules["autograd." + name] = importlib.import_module(name)
for name in ("multivariate_normal", "norm", "beta", "gamma", "poisson", "chi2", "t", "dirichlet"):
    sys.modules["autograd.scipy.stats." + name] = getattr(sys.modules["scipy.stats"], name)
autograd.numpy, autograd.scipy = numpy, sys.modules["scipy"]
"""
OTHER = "to be looked at"
LEAST = 346  # so many pass; fewer are a step back
KINDS = {  # in this order, by the name of the test and its error
    "the inside of their engine": "test_(builtins|logic|tests|custom|wrapped|(make_)?diagonal)|test_flatten|ArrayBox",
    "complex numbers": "complex|real functions|must hold real numbers",
    "refused clearly": "no derivative rule|singular values|cannot (become|be )|traced array|unexpected keyword",
}


def pinned() -> str:
    """Return the version of autograd that the project is tested with."""
    (version,) = re.findall(r"^autograd==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    return str(version)


def run(folder: Path, version: str) -> str:
    """Fetch and unpack the tests, run them, and return what pytest says of each."""
    wanted = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "autograd", "-d", str(folder)]
    subprocess.run([*wanted, f"autograd=={version}"], check=True)
    with tarfile.open(next(folder.glob("autograd-*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    tests = folder / f"autograd-{version}" / "tests"
    (tests / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rfEp", "--tb=no", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command += ["--continue-on-collection-errors", "-W", "ignore"]
    command += ["--rootdir", str(tests), "."]
    wide = os.environ | {"COLUMNS": "400"}  # or pytest cuts the errors off
    return subprocess.run(command, cwd=tests, env=wide, capture_output=True, text=True, check=False).stdout


def kind(line: str) -> str:
    """Tell apart why a test has failed."""
    return next((name for name, words in KINDS.items() if re.search(words, line)), OTHER)


def main() -> None:
    """Run, count and list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="list every test that fails, with its error")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        said = run(Path(folder), pinned()).splitlines()
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    counts = Counter(map(kind, failed))
    passed = sum(line.startswith("PASSED") for line in said)
    print(f"passed: {passed}", *(f"{name}: {counts[name]}" for name in (*KINDS, OTHER)), sep="\n")
    print(*[line for line in failed if options.all or kind(line) == OTHER], sep="\n")
    if passed < LEAST or counts[OTHER]:
        sys.exit(f"at least {LEAST} tests must pass, and none may fail for another reason than those above")


if __name__ == "__main__":
    main()
