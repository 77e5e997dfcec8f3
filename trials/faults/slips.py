"""The slips: what people get wrong in a formula, one at a time, as changes of an expression."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from types import MappingProxyType

Slip = tuple[str, ast.expr]

OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
DIRECTIONS: dict[type, type] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
PAIRS = [("sum", "mean"), ("max", "min"), ("maximum", "minimum"), ("argmax", "argmin"), ("any", "all"), ("sin", "cos")]
FUNCTIONS = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
BOUNDS = {"maximum", "minimum", "where", "clip", "max", "min"}  # each argument may be forgotten
MAKERS = {
    "array",
    "asarray",
    "zeros",
    "ones",
    "full",
    "eye",
    "arange",
    "range",
    "zip",
    "enumerate",
    "map",
    "list",
    "len",
}
SPARED = {"rejects", "tolerance", "relative_to", "decimals", "significant", "points"}


def slips(node: ast.AST) -> Iterator[Slip]:
    """Yield what can be written by mistake in the place of an expression."""
    if isinstance(node, ast.expr):
        for kind, make in SLIPS.items():
            if isinstance(node, kind):
                yield from make(node)


def _changed(node: ast.expr, **fields: object) -> ast.expr:
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _operation(node: ast.BinOp) -> Iterator[Slip]:
    left, op, right = node.left, node.op, node.right
    if type(op) in OPERATORS:
        yield "operator exchanged", _changed(node, op=OPERATORS[type(op)]())
    if isinstance(op, ast.Add | ast.Sub):
        yield "term dropped", left
        yield "term dropped", right if isinstance(op, ast.Add) else ast.UnaryOp(ast.USub(), right)
    elif isinstance(op, ast.Mult | ast.Div | ast.BitAnd | ast.BitOr | ast.Mod | ast.FloorDiv):
        yield "factor dropped", left
        if not isinstance(op, ast.Mod | ast.FloorDiv):
            yield "factor dropped", right if not isinstance(op, ast.Div) else _changed(node, left=ast.Constant(1))
    elif isinstance(op, ast.Pow):
        yield "power dropped", left
    elif isinstance(op, ast.MatMult):
        yield "matrix transposed", _changed(node, left=ast.Attribute(left, "T", ast.Load()))
        yield "matrix transposed", _changed(node, right=ast.Attribute(right, "T", ast.Load()))
    if isinstance(op, ast.Sub | ast.Div | ast.MatMult | ast.Pow):
        yield "operands exchanged", _changed(node, left=right, right=left)


def _sign(node: ast.UnaryOp) -> Iterator[Slip]:
    if not isinstance(node.op, ast.UAdd):
        yield "sign dropped", node.operand


def _comparison(node: ast.Compare) -> Iterator[Slip]:
    for where, op in enumerate(node.ops):
        for what, table in [("edge of a condition", OPERATORS), ("condition reversed", DIRECTIONS)]:
            if type(op) in table:
                yield what, _changed(node, ops=[*node.ops[:where], table[type(op)](), *node.ops[where + 1 :]])


def _constant(node: ast.Constant) -> Iterator[Slip]:
    if isinstance(node.value, bool):
        yield "option reversed", ast.Constant(not node.value)
    elif isinstance(node.value, int) and abs(node.value) < 100:  # nobody counts wrong by one above that
        yield "off by one", ast.Constant(node.value + 1)
        yield "off by one", ast.Constant(node.value - 1)
    elif isinstance(node.value, float) and abs(node.value) > 1e-3:  # a smaller one is a step or a margin
        yield "digit changed", ast.Constant(node.value * 1.1)


def _attribute(node: ast.Attribute) -> Iterator[Slip]:
    if node.attr == "T":
        yield "transposition dropped", node.value


def _choice(node: ast.IfExp) -> Iterator[Slip]:
    yield "condition dropped", node.body
    yield "condition dropped", node.orelse


def _junction(node: ast.BoolOp) -> Iterator[Slip]:
    yield "operator exchanged", _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for value in node.values:
        yield "condition dropped", value


def _subscript(node: ast.Subscript) -> Iterator[Slip]:
    index = node.slice
    if isinstance(index, ast.Tuple) and len(index.elts) > 1:
        for k in range(len(index.elts) - 1):
            yield "indices swapped", _changed(node, slice=_changed(index, elts=_swapped(index.elts, k)))
    for k, part in enumerate(index.elts if isinstance(index, ast.Tuple) else [index]):
        for what, twin in _one_index(part):
            other = (
                _changed(index, elts=[*index.elts[:k], twin, *index.elts[k + 1 :]])
                if isinstance(index, ast.Tuple)
                else twin
            )
            yield what, _changed(node, slice=other)


def _one_index(part: ast.expr) -> Iterator[Slip]:
    if isinstance(part, ast.Slice):
        for end in ("lower", "upper", "step"):
            if getattr(part, end) is not None:
                yield "end of a slice dropped", _changed(part, **{end: None})
    elif isinstance(part, ast.Name):
        yield "off by one", ast.BinOp(part, ast.Sub(), ast.Constant(1))


def _call(node: ast.Call) -> Iterator[Slip]:
    method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    library = (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"np", "sympy", "mp"}
    )
    if name in FUNCTIONS and isinstance(node.func, ast.Name | ast.Attribute):
        field = "attr" if method else "id"
        yield "function exchanged", _changed(node, func=_changed(node.func, **{field: FUNCTIONS[name]}))
    if isinstance(node.func, ast.Attribute) and not library:
        yield "function left out", node.func.value
    elif len(node.args) == 1 and name not in MAKERS and not isinstance(node.args[0], ast.GeneratorExp | ast.Starred):
        yield "function left out", node.args[0]
    elif name in BOUNDS or (library and name in {"flip", "roll", "transpose", "moveaxis", "swapaxes", "pad"}):
        for part in node.args:
            if not isinstance(part, ast.Starred):
                yield "bound dropped", part
    if name == "range" and len(node.args) == 1:
        yield "off by one", _changed(node, args=[ast.BinOp(node.args[0], ast.Sub(), ast.Constant(1))])
        yield "off by one", _changed(node, args=[ast.Constant(1), node.args[0]])
    if not any(isinstance(part, ast.Starred) for part in node.args):
        for k in range(len(node.args) - 1):
            yield "arguments swapped", _changed(node, args=_swapped(node.args, k))
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in SPARED:
            yield "option dropped", _changed(node, keywords=[other for other in node.keywords if other is not keyword])


def _comprehension(node: ast.ListComp | ast.GeneratorExp) -> Iterator[Slip]:
    for k, loop in enumerate(node.generators):
        if loop.ifs:
            bare = ast.comprehension(loop.target, loop.iter, [], loop.is_async)
            yield (
                "condition dropped",
                _changed(node, generators=[*node.generators[:k], bare, *node.generators[k + 1 :]]),
            )


def _swapped(parts: Sequence[ast.expr], k: int) -> list[ast.expr]:
    return [*parts[:k], parts[k + 1], parts[k], *parts[k + 2 :]]


SLIPS: dict[type | tuple[type, ...], Callable[..., Iterator[Slip]]] = {
    ast.BinOp: _operation,
    ast.UnaryOp: _sign,
    ast.Compare: _comparison,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.IfExp: _choice,
    ast.BoolOp: _junction,
    ast.Subscript: _subscript,
    ast.Call: _call,
    (ast.ListComp, ast.GeneratorExp): _comprehension,
}


def planted(
    tree: ast.AST, spared: Container[int] = (), twins: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[str]:
    """Make each slip inside a tree, yield what it is while it is there, and take it back.

    Nodes with a spared id stay as they are. A name may be exchanged for each of its twins.
    """
    for field, value in ast.iter_fields(tree):
        for index, node in enumerate(list(value) if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST) and id(node) not in spared:
                others = twins.get(node.id, ()) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ()
                for what, twin in [
                    *slips(node),
                    *(("name exchanged", ast.Name(other, ast.Load())) for other in others),
                ]:
                    _put(tree, field, index, twin)
                    yield what
                _put(tree, field, index, node)
                yield from planted(node, spared, twins)


def _put(parent: ast.AST, field: str, index: int, node: ast.AST) -> None:
    value = getattr(parent, field)
    if isinstance(value, list):
        value[index] = node
    else:
        setattr(parent, field, node)
