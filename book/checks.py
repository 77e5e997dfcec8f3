"""What a claim is made of, read from the source of its cell: its statement, what that needs, its rejected versions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

CLAIMS = ("claim", "claim_order")


@dataclass(frozen=True)
class Check:
    """One call of ``claim`` or ``claim_order``."""

    label: str
    setup: str  # the lines of its cell that it needs
    statement: str  # without its rejected versions, which stand beside it
    rejected: dict[str, str]  # expressions of the wrong versions, by name


def read(source: str) -> list[Check]:
    """Return the checks of a cell, in order."""
    body = ast.parse(source).body
    return [check for index, _ in enumerate(body) for check in _checks(source, body, index)]


def defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines."""
    return {part.name for part in ast.parse(source).body if isinstance(part, ast.FunctionDef | ast.ClassDef)}


def used(source: str) -> set[str]:
    """Return the names that a cell uses."""
    return names(ast.parse(source), ast.Load)


def _checks(source: str, body: list[ast.stmt], index: int) -> Iterator[Check]:
    for call in ast.walk(body[index]):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CLAIMS:
            label = call.args[0] if call.args else None
            if isinstance(label, ast.Constant):
                setup = "\n".join(_lines(source, statement) for statement in needed(body, index))
                yield Check(str(label.value), setup, _statement(source, body[index], call), _rejected(source, call))


def _wrong(call: ast.Call) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == "rejects"), None)


def _statement(source: str, statement: ast.stmt, call: ast.Call) -> str:
    wrong = _wrong(call)
    written = ast.get_source_segment(source, wrong) if isinstance(wrong, ast.Dict) else None
    return _lines(source, statement).replace(written, "{...}") if written else _lines(source, statement)


def _rejected(source: str, call: ast.Call) -> dict[str, str]:
    given = _wrong(call)
    if not isinstance(given, ast.Dict):
        return {}
    return {
        str(name.value): " ".join((ast.get_source_segment(source, value) or "").split())
        for name, value in zip(given.keys, given.values, strict=True)
        if isinstance(name, ast.Constant)
    }


def needed(body: list[ast.stmt], index: int) -> list[ast.stmt]:
    """Return the statements before one that give it its names, or change what these stand for."""
    wanted, found = names(body[index], ast.Load), list[ast.stmt]()
    for statement in reversed(body[:index]):
        if changes(statement) & wanted:
            if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
                wanted -= names(statement, ast.Store)
            wanted |= names(statement, ast.Load)
            found.insert(0, statement)
    return found


def names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Return the names that are read in a piece of code, or those that are bound."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, context)}


def changes(statement: ast.AST) -> set[str]:
    """Return the names that a statement binds, or into whose values it writes."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.comprehension | ast.Lambda):
        return set()  # its names are its own
    if isinstance(statement, ast.alias):
        return {statement.asname or statement.name}
    if value := written(statement):
        return names(value, ast.Load)
    if isinstance(statement, ast.Name):
        return {statement.id} if isinstance(statement.ctx, ast.Store) else set()
    return set[str]().union(*map(changes, ast.iter_child_nodes(statement)))


def written(statement: ast.AST) -> ast.expr | None:
    """Return the value into which a statement writes, as ``found[0] = 1`` and ``found.append(1)`` do."""
    if isinstance(statement, ast.Subscript | ast.Attribute) and isinstance(statement.ctx, ast.Store):
        return statement.value
    call = statement.value if isinstance(statement, ast.Expr) else None
    return call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None


def _lines(source: str, statement: ast.stmt) -> str:
    """Return the lines of a statement, with its decorators and the comment above it."""
    lines = source.splitlines()
    decorators = getattr(statement, "decorator_list", [])
    first = min(part.lineno for part in [statement, *decorators]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(lines[first : statement.end_lineno])
