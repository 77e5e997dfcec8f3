"""How what a person types becomes a value. What cannot be read is refused with a word, never counted as wrong.

The grammar of a formula, the same for a number, which has no letters::

    sum     = product, {("+" | "-"), product}
    product = signed, {("*" | "/"), signed | power}         a missing sign between two factors is "*"
    signed  = {"+" | "-"}, power
    power   = atom, ["^", signed]
    atom    = number | letter | function, power | "(", sum, ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

LONGEST = 200
FUNCTIONS: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "ln": math.log,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "relu": lambda x: max(x, 0.0),
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–‐‑", "-"),
        **dict.fromkeys("×·⋅∗∙", "*"),
        **dict.fromkeys("÷⁄∕", "/"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
        **{"½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅙": "(1/6)", "⅛": "(1/8)"},
        **{"²": "^2", "³": "^3", "√": " sqrt ", "π": " pi ", "σ": " sigma ", "λ": " lambda ", "α": " alpha "},
        **{"ε": " eps ", "δ": " d", "_": "", "{": "(", "}": ")"},
    }
)
_TOKEN = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[A-Za-z][A-Za-z0-9]*|[-+*/^()])")
_NAMED = re.compile(r"\s*([^=≈~,;]*?)([0-9]*)\s*[=≈~][^=≈~]*")
_EPSILON = r"\s*\*?\s*(?:var)?eps(?:ilon)?"
_PLAIN = r"[0-9]+(?:\.[0-9]+)?"
_MIXED_SIGN = re.compile(r"(?<![A-Za-z0-9_.^])\d+\s*(?:[½⅓⅔¼¾⅙⅛]|\\[dt]?frac\s*\{\s*\d+\s*\}\s*\{\s*\d+\s*\})")
_MIXED = re.compile(r"[-+]?\s*\d+\s+\d+\s*/\s*\d+")
_POWER_OF_Z = re.compile(r"[-+]?\s*[\d.]+\s*\*?\s*z\s*(?:\^\s*\(?\s*\d+\s*\)?)?")
_LABELLED = re.compile(r"value:?\s*([-+.\d][^,;=]*?)\s*[,;]?\s*tangent:?\s*([-+.\d][^,;=]*)", re.IGNORECASE)
_ROW = r"(?:\[[^\[\]()]*\]|\([^\[\](),]*,[^\[\]()]*\))"
_ROWS = re.compile(rf"\s*{_ROW}(?:[\s,;]*{_ROW})+[\s,;]*")
Tree: TypeAlias = tuple[Any, ...]


ORDERED = "Type only the numbers, in their order, without names"
MIXED = "Write a mixed number as a fraction or a decimal, such as 21/2 or 10.5"


class Refused(ValueError):
    """What was typed has another form than the one expected; the message says which."""


def cleaned(text: str) -> str:
    """Return what was typed with plain signs, and with TeX taken for what it shows."""
    if len(text) > LONGEST:
        raise Refused("This is too long to be read")
    if _MIXED_SIGN.search(text):
        raise Refused(MIXED)
    text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"_\{([^{}]*)\}", r"_\1", text).replace("\\delta", "δ")
    text = re.sub(r"\\(cdot|times)\b", "*", text).replace("\\left", "").replace("\\right", "")
    text = text.replace("\\", " ").replace("$", "").replace("**", "^")
    return text.translate(_SIGNS).strip()


class _Parser:
    def __init__(self, text: str, letters: Collection[str]) -> None:
        self.letters = {letter.replace("_", ""): letter for letter in letters}
        self.tokens, end = list[str](), 0
        while end < len(text):
            found = _TOKEN.match(text, end)
            if not found:
                raise Refused(f"The sign “{text[end:].strip()[:1]}” has no meaning here")
            end = found.end()
            self.tokens += self._split(found[1])

    def _split(self, token: str) -> list[str]:
        """Return the letters of which a word like ``nl`` is made, or the word."""
        if not token[0].isalpha() or token in self.letters:
            return [token]
        parts = re.findall("|".join(sorted(map(re.escape, self.letters), key=len, reverse=True)) or r"\b\B", token)
        return parts if "".join(parts) == token else [token]

    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self) -> str:
        return self.tokens.pop(0)

    def parse(self) -> Tree:
        if not self.tokens:
            raise Refused("Nothing has been typed")
        tree = self.sum()
        if self.tokens:
            raise Refused(f"“{self.next()}” stands where a sign such as + or * is expected")
        return tree

    def sum(self) -> Tree:
        tree = self.product()
        while self.next() in ("+", "-"):
            tree = (self.take(), tree, self.product())
        return tree

    def product(self) -> Tree:
        tree = self.signed()
        while True:
            if self.next() in ("*", "/"):
                tree = (self.take(), tree, self.signed())
            elif self.next() == "(" or self.next()[:1].isalpha():
                tree = ("*", tree, self.power())
            else:
                return tree

    def signed(self) -> Tree:
        if self.next() in ("+", "-"):
            return ("-", ("number", 0.0), self.signed()) if self.take() == "-" else self.signed()
        return self.power()

    def power(self) -> Tree:
        tree = self.atom()
        if self.next() == "^":
            self.take()
            tree = ("^", tree, self.signed())
        return tree

    def atom(self) -> Tree:
        if not self.tokens:
            raise Refused("Something is missing at the end")
        token = self.take()
        if token[0].isdigit() or token[0] == ".":
            return ("number", float(token))
        if token == "(":
            tree = self.sum()
            if self.next() != ")":
                raise Refused("A closing parenthesis is missing")
            self.take()
            return tree
        if token in self.letters:
            return ("letter", self.letters[token])
        if token in FUNCTIONS:
            return ("call", token, self.power())
        if token in CONSTANTS:
            return ("number", CONSTANTS[token])
        if token == "log":
            raise Refused("Write ln for the natural logarithm, or log10 for base ten")
        if token[0].isalpha():
            expected = f"; the letters are {', '.join(self.letters.values())}" if self.letters else ""
            raise Refused(f"“{token}” has no meaning here{expected}")
        raise Refused(f"“{token}” stands where a number is expected")


@lru_cache(maxsize=1000)
def parsed(text: str, letters: tuple[str, ...] = ()) -> Tree:
    """Return the tree of a formula in the given letters. A capital before a parenthesis is no factor: it is ``H(x)``."""
    text = cleaned(text)
    called = re.search(r"([A-Z])\s*\(([^()]*[a-z][^()]*)\)", text)
    if called and called[1] in letters:
        raise Refused(f"Write {called[1]} alone, without ({called[2].strip()})")
    try:
        return _Parser(text, letters).parse()
    except RecursionError:
        raise Refused("This is too deep to be read") from None


def evaluated(tree: Tree, letters: Mapping[str, float]) -> float:
    """Return the value of a formula."""
    match tree:
        case ("number", value):
            return float(value)
        case ("letter", name):
            return letters[name]
        case ("call", name, argument):
            return FUNCTIONS[name](evaluated(argument, letters))
    sign, first, second = tree[0], evaluated(tree[1], letters), evaluated(tree[2], letters)
    result = {"+": first + second, "-": first - second, "*": first * second}.get(sign)
    if result is None:
        result = first / second if sign == "/" else first**second
    return result


def value_of(tree: Tree, letters: Mapping[str, float]) -> float:
    """Return the value of a formula, or refuse one that has none."""
    try:
        value = evaluated(tree, letters)
    except (ArithmeticError, ValueError):
        raise Refused("This has no value: a division by zero, a root or a logarithm of a negative number?") from None
    if isinstance(value, complex) or not math.isfinite(value):
        raise Refused("This is not a finite number")
    return value


def formula(text: str, letters: Mapping[str, float]) -> float:
    """Return the value of a formula where its letters have these values; what stands before ``=`` is left out."""
    return value_of(parsed(text.rsplit("=", maxsplit=1)[-1], tuple(letters)), letters)


def number(text: str, whole: bool = False) -> float:
    """Return the number typed: ``1/6``, ``sqrt(2)``, ``1e-3``, ``x = 0.5``, ``0,5``, ``12 %``, ``65 536 weights``."""
    text = re.split("[=≈~]", cleaned(text))[-1].strip()
    if re.fullmatch(r"[-+]?\d{1,3}([ ,]\d{3})+(\s+[A-Za-z][A-Za-z -]*)?", text) and (whole or " " in text):
        text = re.sub(r"(?<=\d)[ ,](?=\d)", "", text)
    if whole:
        text = re.sub(r"(?<=\d)\s*x\s*(?=\d)", "*", text)
    if "," in text:
        if not re.fullmatch(r"[-+]?\d+,\d+", text) or re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", text):
            raise Refused("This may be one number or two; write decimals with a point")
        text = text.replace(",", ".")
    if text.endswith("%"):
        return number(text[:-1]) / 100
    if _MIXED.fullmatch(text):
        raise Refused(MIXED)
    try:
        return value_of(parsed(text), {})
    except Refused:
        if unit := re.fullmatch(r"(.*[\d)])\s+[A-Za-z][A-Za-z -]*", text):
            return value_of(parsed(unit[1]), {})
        if _POWER_OF_Z.fullmatch(text):
            raise Refused("Give the coefficient alone, without the power of z") from None
        raise


def numbers(text: str, whole: bool = False) -> tuple[float, ...]:
    """Return the numbers of a list: separated by commas, semicolons or spaces; sizes by × too.

    Either the list has a name, or each number has one. ``2 + 3ε`` is a list of two, and so is ``value 2, tangent 3``.
    """
    text = _opened(re.sub(r",?\s+and\s+", ", ", cleaned(text)))
    if labelled := _LABELLED.fullmatch(text):
        text = f"{labelled[1]}, {labelled[2]}"
    if re.search("tangent.*value", text, re.IGNORECASE):
        raise Refused(ORDERED)
    if not _each_named(text):
        first, *middle = re.split("[=≈~]", text)
        if any(re.match(r"[^(\[⟨]*[,;]", part) for part in middle[:-1]):
            raise Refused("Type only the numbers, without names, with commas between them")
        text = _opened([first, *middle][-1].strip())
    if "eps" in text and not re.search("[,;]", text):
        return _dual(text)
    if whole:
        text = re.sub(r"(?<=\d)\s*(?:[x*]|by)\s*(?=\d)", ",", text)
    if ";" in text:
        parts = text.split(";")
    elif "," in text:
        parts = text.split(",")
    else:
        parts = text.split()
    if parts and not parts[-1].strip():
        parts.pop()
    if not parts:
        raise Refused("Nothing has been typed")
    return tuple(number(part, whole) for part in parts)


def _each_named(text: str) -> bool:
    """Say whether each number of a list has a name of its own, as in ``x1 = 2, x2 = 3``."""
    parts = re.split(";" if ";" in text else ",", text.rstrip(" ,;"))
    found = [named for part in parts if (named := _NAMED.fullmatch(part))]
    if len(parts) < 2 or len(found) < len(parts):
        return False
    if any(one[1] == other[1] and int(one[2] or 0) >= int(other[2] or 0) for one, other in pairwise(found)):
        raise Refused(ORDERED)
    return True


def _dual(text: str) -> tuple[float, float]:
    """Return the value and the tangent of a dual number such as ``2 - 3ε``."""
    text = re.sub(r"\s*([-+])\s*", r"\1", text).strip()
    if found := re.fullmatch(rf"([-+]?{_PLAIN})([-+](?:{_PLAIN})?){_EPSILON}", text):
        value, tangent = found[1], found[2]
    elif found := re.fullmatch(rf"([-+]?(?:{_PLAIN})?){_EPSILON}([-+]{_PLAIN})", text):
        value, tangent = found[2], found[1]
    else:
        raise Refused("Leave out ε: type the value, a comma and the tangent")
    return float(value), float(f"{tangent}1" if tangent in ("", "+", "-") else tangent)


def rows(text: str) -> tuple[tuple[float, ...], ...]:
    """Return the numbers of a matrix: rows end with a semicolon or a line, or stand in brackets."""
    text = text.replace("\r", "")
    bracketed = re.match(r"\s*[\[(]\s*[\[(]", text) or _ROWS.fullmatch(text)
    inner = re.findall(r"[\[(]([^\[\]()]*)[\])]", text) if bracketed else []
    lines = inner or re.split(r"[;\n]", text.strip().strip("[]"))
    found = tuple(numbers(line) for line in lines if line.strip())
    if not found:
        raise Refused("Nothing has been typed")
    return found


def named(text: str, names: Sequence[str]) -> tuple[int, ...]:
    """Return whole numbers given by name, in any order, or in the order of the names."""
    text, pair = cleaned(text), r"([A-Za-z]\w*)(?:\s*[=:]\s*|\s+)(\d+)(?![.\d])"
    found = dict(re.findall(pair, text))
    if sorted(found) == sorted(names) and not re.sub(pair, "", text).replace("and", "").strip(" ,;()"):
        return tuple(int(found[name]) for name in names)
    if "=" not in text and ":" not in text:
        values = numbers(text)
        if len(values) == len(names) and all(value == int(value) for value in values):
            return tuple(map(int, values))
    raise Refused(f"This does not give {' and '.join(names)}")


def _opened(text: str) -> str:
    """Return what stands in a pair of brackets around the whole text, or the text."""
    if text[:1] in ("(", "[", "⟨") and text[-1:] in (")", "]", "⟩") and _outer(text):
        return text[1:-1].strip()
    return text


def _outer(text: str) -> bool:
    """Say whether the first bracket closes at the end of the text, and holds a list or a single value."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([⟨") - (sign in ")]⟩")
        if depth == 0:
            return place == len(text) - 1
    return False
