"""The page of functions leaves none out."""

import re

from tests.nnlib.public import MODULES, public
from tools.paths import CHAPTERS


def test_every_public_function_is_on_the_page() -> None:
    text = (CHAPTERS / "api.md").read_text(encoding="utf-8")
    listed = {
        module: set(re.split(r",\s*", names))
        for module, names in re.findall(r"\.\. automodule:: nnlib\.(\w+)\n +:members: (.+)\n", text)
    }
    assert listed == {module: public(module) for module in MODULES}
