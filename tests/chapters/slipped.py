"""Slips in what a chapter claims, one at a time, and what its claims say to them.

A claim compares sides. In each statement of its cell that makes some of its sides and not all of them, every slip is
planted, the claim is executed on the same sample, and must not hold any more. Where it still holds, the two versions
are compared in other worlds, with other numbers in the place of all inputs: if they agree there as well, they are the
same function, as x @ y and y @ x of two vectors are; if not, the sample of the chapter hides the slip.
"""

from __future__ import annotations

import ast
import copy
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from book.checks import CLAIMS, changes, names, needed, written
from tests.chapters.claimed import Stated, listening, sources
from tests.chapters.in_process import run, session
from tests.chapters.trained import globals_of
from trials.faults.slips import SPARED, planted

SAMPLES = {"default_rng", "normal", "uniform", "integers", "dirichlet", "linspace", "geomspace", "arange", "indices"}
SIZED = {"ones", "zeros", "full", "eye"}
# What is different there: all numbers, by a factor, by a term or in sign; the numbers of lists; one whole number.
WORLDS = ("scaled", "moved", "turned", "listed")
HERE = ""


@dataclass(frozen=True)
class Slip:
    """A slip, and what came of it: "noticed", "equivalent", "looser" (a true inequality, too), or "unnoticed"."""

    verdict: str
    cell: int
    labels: tuple[str, ...]
    what: str
    was: str
    now: str


class State:
    """The variables as they are now, to come back to."""

    def __init__(self, namespace: dict[str, Any], written: set[str]) -> None:
        self.namespace, self.written = namespace, written
        self.saved = {name: self._own(name, value) for name, value in namespace.items()}
        generators = [value for value in namespace.values() if isinstance(value, np.random.Generator)]
        self.generators = [(generator, copy.deepcopy(generator.bit_generator.state)) for generator in generators]

    def _own(self, name: str, value: Any) -> Any:
        return copy.deepcopy(value) if name in self.written and isinstance(value, np.ndarray | list | dict) else value

    def restore(self, seed: int | None = None) -> None:
        """Give every variable the value that it had; with a seed, let the generators draw something else."""
        self.namespace.clear()
        self.namespace.update({name: self._own(name, value) for name, value in self.saved.items()})
        for generator, state in self.generators:
            other = None if seed is None else np.random.default_rng(seed).bit_generator.state
            generator.bit_generator.state = other or copy.deepcopy(state)


class Cell:
    """A cell with claims that is about to run."""

    def __init__(self, number: int, source: str, namespace: dict[str, Any], heard: list[Stated]) -> None:
        self.number, self.namespace, self.heard = number, namespace, heard
        self.body = [part for statement in ast.parse(source).body for part in apart(statement)]
        self.claims = [index for index, statement in enumerate(self.body) if call_of(statement)]
        self.asserts = [index for index, statement in enumerate(self.body) if isinstance(statement, ast.Assert)]
        self.start = State(namespace, filled(self.body))

    def slips(self, share: int) -> Iterator[Slip]:
        """Plant every slip, or one in so many."""
        for index, statement in enumerate(self.body):
            if (judges := self._judges(index)) and not is_input(statement):
                told = {*judges, *(k for k in self.asserts if index in self._needed(k))}
                chosen = sorted(told.union(*map(self._needed, told)))
                before, after = earlier([self.body[k] for k in chosen], statement)
                labels = tuple(dict.fromkeys(call_of(self.body[judge]).args[0].value for judge in judges))
                for what, was, now, verdict in Trial(self, before, statement, after).slips(share):
                    yield Slip(verdict, self.number, labels, what, was, now)
        self.start.restore()

    def _needed(self, index: int) -> set[int]:
        found = {self.body.index(statement) for statement in needed(self.body, index)}
        read = inputs([self.body[k] for k in {*found, index}], self.start.saved)  # by functions, too
        others = {k for k in range(index) if k not in found and changes(self.body[k]) & {*read}}
        return found.union(others, *map(self._needed, others))

    def _judges(self, index: int) -> list[int]:
        """Return the claims that must notice a slip in a statement: those of which it makes some sides, not all."""
        found = []
        for claim in self.claims:
            made = [self._makes(index, claim, side) for side in call_of(self.body[claim]).args[1:]]
            if any(made) and not all(made):
                found.append(claim)
        return found

    def _makes(self, index: int, claim: int, side: ast.expr) -> bool:
        return index < claim and self.body[index] in needed([*self.body[:claim], ast.Expr(side)], claim)


class Trial:
    """A statement of a cell in which slips are planted, what runs before it, and what runs after it."""

    def __init__(self, cell: Cell, before: list[ast.stmt], statement: ast.stmt, after: list[ast.stmt]) -> None:
        self.cell, self.before, self.statement, self.after = cell, before, statement, after
        self.sound = copy.deepcopy(statement)
        self.inputs = inputs([*before, statement, *after], cell.start.saved)
        self.worlds: dict[str, tuple[State, list[Stated] | None]] = {}

    def slips(self, share: int) -> Iterator[tuple[str, str, str, str]]:
        """Yield each slip: what it is, the statement before and after, and the verdict."""
        was, seen = ast.unparse(self.statement), set[str]()
        right = self._world(HERE)[1]
        assert right, was
        assert all(claim.holds for claim in right), was
        for what in planted(self.statement, set(spared(self.statement)), self._twins()):
            now = ast.unparse(self.statement)
            if now not in {*seen, was}:
                seen.add(now)
                if zlib.crc32(now.encode()) % share == 0:
                    yield what, was, now, self._verdict(right)

    def _verdict(self, right: list[Stated]) -> str:
        wrong = self._run(self.statement, HERE)
        if wrong is None or not all(claim.holds for claim in wrong):
            return "noticed"
        order = all(claim.kind == "claim_order" for claim in right)
        for world in [*WORLDS, *(name for name in self.inputs if is_whole(self.cell.start.saved.get(name, 0)))]:
            there = self._world(world)[1]
            if there is not None:
                here = self._run(self.statement, world)
                if here is None or not all(map(still_true if order else alike, here, there)):
                    return "unnoticed"
        return "looser" if order else "equivalent"

    def _world(self, world: str) -> tuple[State, list[Stated] | None]:
        """Return the state before the statement in a world, and what is claimed there; None if that fails."""
        if world not in self.worlds:
            namespace, rng = self.cell.namespace, np.random.default_rng(len(world))
            self.cell.start.restore(seed=None if world == HERE else 2)
            change(namespace, self.inputs, world, rng)
            well = True
            for part in self.before:
                well = well and execute([part], namespace, world)
                if is_input(part) and "rng" not in names(part, ast.Load):
                    change(namespace, names(part, ast.Store), world, rng)
            self.worlds[world] = state, _ = State(namespace, self.cell.start.written), None
            if well:
                self.worlds[world] = state, self._run(self.sound, world)
        return self.worlds[world]

    def _run(self, statement: ast.stmt, world: str) -> list[Stated] | None:
        """Run a statement and what follows it; return what is claimed, or None if it fails."""
        self.worlds[world][0].restore()
        self.cell.heard.clear()
        return list(self.cell.heard) if execute([statement, *self.after], self.cell.namespace, world) else None

    def _twins(self) -> dict[str, list[str]]:
        """Return, for each name of the statement, those that could stand in its place by mistake."""
        used, own = names(self.statement, ast.Load), names(self.statement, ast.Store)
        variables = self._world(HERE)[0].saved

        def sort(name: str) -> Any:
            value = variables.get(name)
            if name in own:
                return "own"
            if isinstance(value, int | float | np.number):
                return "number"
            return value.shape if isinstance(value, np.ndarray) else name

        return {name: sorted(other for other in used if other != name and sort(other) == sort(name)) for name in used}


def slips(chapter: Path, share: int = 1) -> Iterator[Slip]:
    """Execute a chapter, and plant every slip in what its claims compare, or one in so many: always the same ones."""
    with session() as namespace, listening() as heard, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for number, source in enumerate(sources(chapter), start=1):
            if "claim" in source:
                yield from Cell(number, source, namespace, heard).slips(share)
            if error := run(source, number, namespace):
                raise error


def call_of(statement: ast.AST) -> Any:
    """Return the call of ``claim`` or ``claim_order`` that a statement is, or None."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return call if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CLAIMS else None


def apart(statement: ast.stmt) -> list[ast.stmt]:
    """Return simple statements for one: ``a, b = f, g`` is two; a claim is one for each of its sides, and itself."""
    if call := call_of(statement):
        call.keywords = [keyword for keyword in call.keywords if keyword.arg != "rejects"]
        made = []
        for number, side in enumerate(call.args[1:], start=1):
            name, starred = f"side_{number}_in_line_{statement.lineno}", isinstance(side, ast.Starred)
            made.append(assigned(ast.Name(name, ast.Store()), side.value if starred else side, statement))
            load = ast.Name(name, ast.Load())
            call.args[number] = ast.Starred(load, ast.Load()) if starred else load
        return [*made, statement]
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
        (target,) = statement.targets
        if isinstance(target, ast.Tuple) and not names(target, ast.Store) & names(statement.value, ast.Load):
            return [assigned(*pair, statement) for pair in zip(target.elts, statement.value.elts, strict=True)]
    return [statement]


def assigned(target: ast.expr, value: ast.expr, like: ast.stmt) -> ast.stmt:
    """Return an assignment that stands where another statement does."""
    return ast.copy_location(ast.Assign([target], value), like)


def earlier(parts: Sequence[ast.stmt], statement: ast.stmt) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Return what can run before a statement, and what must run after it because it reads what that makes."""
    place = parts.index(statement)
    before, after, made = list(parts[:place]), list[ast.stmt](), changes(statement)
    used = names(statement, ast.Load) | made
    for part in parts[place + 1 :]:
        if names(part, ast.Load) & made or changes(part) & used:
            after.append(part)
            made |= changes(part)
            used |= names(part, ast.Load) | changes(part)
        else:
            before.append(part)
    return before, after


def filled(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names into whose values statements write."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    values = [node.target if isinstance(node, ast.AugAssign) else written(node) for node in nodes]
    return {part.id for value in values if value for part in ast.walk(value) if isinstance(part, ast.Name)}


def is_input(statement: ast.stmt) -> bool:
    """Tell whether a statement only gives names to numbers, or draws some: an equation holds for others as well."""
    own = names(statement, ast.Store)
    if not isinstance(statement, ast.Assign) or names(statement, ast.Load) - own - {"np", "rng", "range"}:
        return False
    if any(name.startswith("side_") for name in own):
        return False
    return "np.diag" not in ast.unparse(statement.value)  # a diagonal matrix remains one


def inputs(parts: Sequence[ast.stmt], variables: dict[str, Any]) -> list[str]:
    """Return the names on which statements depend, also by way of functions of the chapter."""
    found, new = set[str](), set[str]().union(*(names(part, ast.Load) for part in parts))
    while new:
        found |= new
        called = [variables[name] for name in new if isinstance(variables.get(name), FunctionType)]
        own = [function for function in called if function.__module__ == "__main__"]
        new = set[str]().union(*(globals_of(function.__code__) for function in own)) - found
    return sorted(found)


def is_whole(value: Any) -> bool:
    """Tell whether a variable holds whole numbers."""
    if type(value) in (list, tuple):
        return any(map(is_whole, value))
    return (
        not isinstance(value, bool)
        and isinstance(value, np.ndarray | np.integer | int)
        and np.asarray(value).dtype.kind == "i"
    )


def spared(tree: ast.AST) -> Iterator[int]:
    """Yield the ids of what is left alone: options, samples, printed text, and numbers that are given to functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.arguments) or (isinstance(node, ast.keyword) and node.arg in SPARED):
            yield id(node)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SAMPLES:
                yield id(node)
            elif name in SIZED or (isinstance(node.func, ast.Name) and name != "range"):
                yield from (id(part) for part in [*node.args, *node.keywords] if is_given(part))


def is_given(node: ast.AST) -> bool:
    """Tell whether a node is a number, or several."""
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(is_given, node.elts))
    if isinstance(node, ast.UnaryOp):
        return is_given(node.operand)
    return is_given(node.value) if isinstance(node, ast.keyword) else isinstance(node, ast.Constant)


class Relisted(ast.NodeTransformer):
    """Other numbers in the place of those that lists are made of."""

    def visit_List(self, node: ast.List) -> ast.AST:
        """Change the numbers of a list that holds nothing else."""
        for part in ast.walk(node) if is_given(node) else ():
            if isinstance(part, ast.Constant) and type(part.value) in (int, float):
                part.value = part.value * 1.17 + 0.03
        return node if is_given(node) else self.generic_visit(node)


def execute(statements: Sequence[ast.stmt], namespace: dict[str, Any], world: str) -> bool:
    """Execute statements; tell whether they raised nothing."""
    if world == "listed":
        statements = [Relisted().visit(copy.deepcopy(statement)) for statement in statements]
    module = ast.fix_missing_locations(ast.Module(list(statements), []))
    try:
        exec(compile(module, "<claims>", "exec"), namespace)
    except Exception:
        return False
    return True


def change(namespace: dict[str, Any], chosen: Iterable[str], world: str, rng: np.random.Generator) -> None:
    """Give the chosen variables the values that they have in a world."""
    for name in sorted(chosen) if world != HERE else ():
        if name in namespace and (world in WORLDS or world == name):
            namespace[name] = changed(namespace[name], world, rng)


def changed(value: Any, world: str, rng: np.random.Generator) -> Any:
    """Return another value of the same kind."""
    if type(value) in (list, tuple):
        return type(value)(changed(item, world, rng) for item in value)
    if isinstance(value, np.ndarray | np.number | int | float) and not isinstance(value, bool):
        array, noise = np.asarray(value), rng.uniform(0.8, 1.2, size=np.shape(value))
        others = {"scaled": array * noise, "moved": array + noise / 10 - 0.1, "turned": array * (noise - 1) * 5}
        if array.dtype.kind == "f" and world in others:
            other = others[world].astype(array.dtype)
            return other if isinstance(value, np.ndarray) else float(other)
        if array.dtype.kind == "i" and world not in WORLDS:
            return value + rng.integers(0, 2, size=array.shape) if array.shape else value + 1
    return value


def alike(one: Stated, other: Stated) -> bool:
    """Tell whether two claims have the same sides."""
    small = 0.0 if one.options.get("relative_to") == "each" else 1e-9
    pairs = zip(one.sides, other.sides, strict=False)
    return len(one.sides) == len(other.sides) and all(_alike(a, b, small) for a, b in pairs)


def _alike(a: Any, b: Any, small: float) -> bool:
    try:
        return bool(np.allclose(np.asarray(a, float), np.asarray(b, float), rtol=1e-5, atol=small, equal_nan=True))
    except (TypeError, ValueError):
        return Stated("claim", "eq-same", (a, b), {}, {}).holds


def still_true(one: Stated, other: Stated) -> bool:
    """Tell whether an inequality holds where another one does."""
    return one.holds or not other.holds
