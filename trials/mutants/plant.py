"""The mutants: every small change of nnlib's source that cosmic-ray's operators make, with the place it stands in."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# One or two other operators for each: the slips that people make, and that NumPy does not refuse by itself. To put a
# shift where a product stands is a TypeError that the first test to pass there sees; it would only flatter the rate.
BINARY = {
    "Add": ("Sub", "Mul"),
    "Sub": ("Add",),
    "Mul": ("Div", "Add"),
    "Div": ("Mul", "FloorDiv"),
    "FloorDiv": ("Mul", "Div"),
    "Mod": ("FloorDiv", "Mul"),
    "Pow": ("Mul",),
    "LShift": ("RShift",),
    "RShift": ("LShift",),
    "BitOr": ("BitAnd", "BitXor"),
    "BitAnd": ("BitOr",),
    "BitXor": ("BitOr",),
}
COMPARISON = {
    "Eq": ("NotEq", "LtE", "GtE"),
    "NotEq": ("Eq", "Lt", "Gt"),
    "Lt": ("LtE", "Gt"),
    "LtE": ("Lt", "GtE"),
    "Gt": ("GtE", "Lt"),
    "GtE": ("Gt", "LtE"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
OPERATORS = [
    *(f"core/ReplaceBinaryOperator_{a}_{b}" for a, others in BINARY.items() for b in others),
    *(f"core/ReplaceComparisonOperator_{a}_{b}" for a, others in COMPARISON.items() for b in others),
    *("core/ReplaceUnaryOperator_Delete_Not", "core/ReplaceUnaryOperator_Delete_USub"),
    *("core/ReplaceUnaryOperator_Delete_Invert", "core/AddNot"),
    *("core/ReplaceAndWithOr", "core/ReplaceOrWithAnd", "core/ReplaceTrueWithFalse", "core/ReplaceFalseWithTrue"),
    *("core/NumberReplacer", "core/RemoveDecorator", "core/ZeroIterationForLoop"),
    *("core/ReplaceBreakWithContinue", "core/ReplaceContinueWithBreak"),
]


@dataclass(frozen=True)
class Place:
    """One change: where it is, and the line before and after."""

    module: str
    function: str
    line: int
    was: str
    now: str

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What tells it apart, however much the module around it moves."""
        return self.module, self.function, close(self.was), close(self.now)

    def __str__(self) -> str:
        return f"{self.module}, {self.function}, line {self.line}: {self.was}  →  {self.now}"


@dataclass(frozen=True)
class Mutant(Place):
    """A change with the source of the whole module that has it."""

    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module that differs from it in what Python executes."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    tree, nodes = ast.parse(source), list(ast_nodes(get_ast(source)))
    seen = {_executed(tree)}
    for name in OPERATORS:
        operator = get_operator(name)()
        count = sum(1 for node in nodes for _ in operator.mutation_positions(node))
        for occurrence in range(count):
            changed = mutate_code(source, operator, occurrence)
            try:
                meaning = _executed(ast.parse(changed))
            except SyntaxError:  # such as a / in place of the * that begins the keyword-only arguments
                continue
            if meaning not in seen:
                seen.add(meaning)
                line, was, now = difference(source, changed)
                yield Mutant(path.stem, function_at(tree, line), line, was, now, changed)


def close(text: str) -> str:
    """Return a text without its spaces, in which two layouts of one line agree."""
    return "".join(text.split())


OPPOSITE: dict[type, type] = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
OPPOSITE |= {ast.In: ast.NotIn, ast.NotIn: ast.In}


def _executed(tree: ast.Module) -> str:
    """Return a text of what the program does: without annotations and type aliases, and with `not a == b` as `a != b`.

    Nothing executes an annotation, and two spellings of one change are one mutant.
    """

    class Stripped(ast.NodeTransformer):
        def visit_arg(self, node: ast.arg) -> ast.arg:
            return ast.arg(node.arg)

        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
            node.returns = None
            self.generic_visit(node)
            return node

        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
            node.annotation = ast.Constant(None)
            self.generic_visit(node)
            return node

        def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
            self.generic_visit(node)
            inside = node.operand
            if isinstance(node.op, ast.Not) and isinstance(inside, ast.Compare) and type(inside.ops[0]) in OPPOSITE:
                return ast.Compare(inside.left, [OPPOSITE[type(inside.ops[0])]()], inside.comparators)
            return node

        def visit_Module(self, node: ast.Module) -> ast.Module:
            aliases = [part for part in node.body if isinstance(part, ast.Assign) and _is_union(part.value)]
            node.body = [part for part in node.body if part not in aliases]
            self.generic_visit(node)
            return node

    return ast.dump(Stripped().visit(copy.deepcopy(tree)))


def _is_union(value: ast.expr) -> bool:
    """Tell whether a module's own name stands for a union of types."""
    names = ast.Name | ast.Subscript | ast.Constant | ast.BinOp
    return (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.BitOr | ast.BitAnd | ast.BitXor)
        and all(isinstance(part, names) for part in (value.left, value.right))
    )


def difference(source: str, changed: str) -> tuple[int, str, str]:
    """Return the number of the first line that differs, and what stands there before and after."""
    old, new = source.splitlines(), changed.splitlines()
    first = next(i for i in range(len(old)) if i >= len(new) or old[i] != new[i])
    gone, come = len(old), len(new)
    while gone > first + 1 and come > first and old[gone - 1] == new[come - 1]:
        gone, come = gone - 1, come - 1
    while first < gone - 1 and not old[first].strip():  # a decorator goes together with the empty line above it
        first, come = first + 1, max(come, first + 1)
    was, now = old[first:gone], new[first:come]
    return first + 1, " ".join(map(str.strip, was)).strip(), " ".join(map(str.strip, now)).strip()


def function_at(tree: ast.Module, line: int) -> str:
    """Return the qualified name of the innermost function or class around a line, decorators included; or `module`."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and min([node.lineno, *(d.lineno for d in node.decorator_list)]) <= line <= (node.end_lineno or 0)
    ]
    return ".".join(node.name for node in around) or "module"  # ast.walk comes to the outer ones first
