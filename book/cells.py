"""The code cells of a page: what each holds, prints and is tagged with."""

from __future__ import annotations

from docutils import nodes


def cells(doctree: nodes.document) -> list[nodes.container]:
    """Return the code cells of a page."""
    return [node for node in doctree.findall(nodes.container) if node.get("nb_element") == "cell_code"]


def source(cell: nodes.Element) -> str:
    """Return the code of a cell; nothing where it is not Python alone, as with a magic."""
    code = next(cell.findall(nodes.literal_block)).astext()
    try:
        compile(code, "cell", "exec")
    except SyntaxError:
        return ""
    return code


def tags(cell: nodes.Element) -> list[str]:
    """Return the tags of a cell."""
    return list(cell["cell_metadata"].get("tags", []))


def outputs(cell: nodes.Element) -> list[nodes.Element]:
    """Return what a cell shows."""
    shown = [part for part in cell.findall(nodes.container) if "cell_output" in part["classes"]]
    return [output for part in shown for output in part.children if isinstance(output, nodes.Element)]
