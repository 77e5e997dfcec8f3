"""When a cell fails, say which: cell, claim and traceback. The build and the recording say it alike."""

from __future__ import annotations

import ast
import re
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CELL_FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")


def claim_at(source: str, line: int | None, message: str) -> str | None:
    """Return the label of the claim that failed: the one that the message names, or the call on that line."""
    if named := re.search(r"\beq-[\w-]+", message):
        return named[0]
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return None
    for call in calls:
        first = call.args[0] if call.args else None
        is_claim = getattr(call.func, "id", None) == "claim" and isinstance(first, ast.Constant)
        if is_claim and line is not None and call.lineno <= line <= (call.end_lineno or call.lineno):
            return str(getattr(first, "value", ""))
    return None


def describe(notebook: Any, error: BaseException, running: int | None = None) -> tuple[int, str]:
    """Return the index of the failing cell and the message for the console; ``running`` is the cell that was begun."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    failing = [
        (number, index, cell, output)
        for number, (index, cell) in enumerate(code, start=1)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    if isinstance(error, CellTimeoutError | DeadKernelError):
        failing = []  # what the cell showed while it was stopped is no cause
    if not failing:  # a timeout or a kernel that died: the last cell that was started
        started = [item for item in enumerate(code, start=1) if item[1][1].execution_count is not None]
        begun = [item for item in enumerate(code, start=1) if item[1][0] == running]
        number, (index, cell) = (begun or started or [(1, code[0])])[-1]
        return index, f"Code cell {number} {_end(error)}\n{cell.source}"
    number, index, cell, output = failing[0]
    traceback = ANSI.sub("", "\n".join(output.traceback))
    lines = CELL_FRAME.findall(traceback)
    claim = claim_at(cell.source, int(lines[-1]) if lines else None, output.evalue)
    about = f", claim {claim}," if claim else ""
    return index, f"Code cell {number}{about} raised {output.ename}.\n{traceback}"


def _end(error: BaseException) -> str:
    """Say how a cell ended that did not raise."""
    if isinstance(error, CellTimeoutError):
        seconds = re.search(r"after ([\d.]+) seconds", str(error))
        return f"did not finish{f' within {seconds[1]} seconds' if seconds else ''} (execute: timeout in _config.yml):"
    if isinstance(error, DeadKernelError):
        return "ended its kernel: it crashed, was stopped from outside, or the system had no memory left:"
    return f"did not finish: {error}"


def printed_to_stderr(notebook: Any) -> list[tuple[int, str]]:
    """Return index and message of each code cell that printed to standard error."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    found = []
    for number, (index, cell) in enumerate(code, start=1):
        text = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
        if text:
            found.append((index, f"Code cell {number} printed to standard error:\n{ANSI.sub('', text).rstrip()}"))
    return found
