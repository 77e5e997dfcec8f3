// What a person types becomes a value: practice/reading.py, whose grammar this is, in the page. The tests feed both the
// same cases. A formula becomes a function of the values of its letters.

/** @typedef {Record<string, number>} Letters */
/** @typedef {(letters: Letters) => number} Value */

var Reading = (() => {
  "use strict";
  const LONGEST = 200;
  /** What was typed has another form than the one expected; the message says which. */
  class Refused extends Error {}

  /** @returns {never} */
  function refuse(words) {
    throw new Refused(words);
  }

  /** @type {Map<string, (x: number) => number>} */
  const FUNCTIONS = new Map(Object.entries({
    sqrt: Math.sqrt, exp: Math.exp, ln: Math.log, log10: Math.log10, sin: Math.sin, cos: Math.cos, tanh: Math.tanh,
    sigma: (x) => 1 / (1 + Math.exp(-x)), softplus: (x) => Math.log(1 + Math.exp(x)), relu: (x) => Math.max(x, 0),
    abs: Math.abs, floor: Math.floor, ceil: Math.ceil,
  }));
  const CONSTANTS = new Map(Object.entries({ pi: Math.PI, e: Math.E }));
  /** @type {Map<string, string>} */
  const SIGNS = new Map(/** @type {[string, string][]} */ ([
    ...[..."−–‐‑"].map((sign) => [sign, "-"]),
    ...[..."×·⋅∗∙"].map((sign) => [sign, "*"]),
    ...[..."÷⁄∕"].map((sign) => [sign, "/"]),
    ...[..."\u00a0\u2007\u2009\u202f\t"].map((sign) => [sign, " "]),
    ...[..."₀₁₂₃₄₅₆₇₈₉"].map((sign, digit) => [sign, String(digit)]),
    ...Object.entries({ "½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅙": "(1/6)", "⅛": "(1/8)" }),
    ...Object.entries({ "²": "^2", "³": "^3", "√": " sqrt ", "π": " pi ", "σ": " sigma ", "λ": " lambda " }),
    ...Object.entries({ "α": " alpha ", "ε": " eps ", "δ": " d", _: "", "{": "(", "}": ")" }),
  ]));
  const TOKEN = /\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[A-Za-z][A-Za-z0-9]*|[-+*/^()])/y;
  const ORDERED = "Type only the numbers, in their order, without names";
  const MIXED = "Write a mixed number as a fraction or a decimal, such as 21/2 or 10.5";
  const MIXED_SIGN = /(?<![A-Za-z0-9_.^])\d+\s*(?:[½⅓⅔¼¾⅙⅛]|\\[dt]?frac\s*\{\s*\d+\s*\}\s*\{\s*\d+\s*\})/;
  const POWER_OF_Z = /^[-+]?\s*[\d.]+\s*\*?\s*z\s*(?:\^\s*\(?\s*\d+\s*\)?)?$/;
  const LABELLED = /^value:?\s*([-+.\d][^,;=]*?)\s*[,;]?\s*tangent:?\s*([-+.\d][^,;=]*)$/i;
  const ROW = String.raw`(?:\[[^\[\]()]*\]|\([^\[\](),]*,[^\[\]()]*\))`;
  const ROWS = new RegExp(String.raw`^\s*${ROW}(?:[\s,;]*${ROW})+[\s,;]*$`);
  const isLetter = (sign) => /^[A-Za-z]/.test(sign);

  /** Return what was typed with plain signs, and with TeX taken for what it shows. @param {string} text */
  function cleaned(text) {
    if ([...text].length > LONGEST) refuse("This is too long to be read");
    if (MIXED_SIGN.test(text)) refuse(MIXED);
    const plain = text
      .replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "(($1)/($2))")
      .replace(/_\{([^{}]*)\}/g, "_$1").replaceAll("\\delta", "δ")
      .replace(/\\(cdot|times)\b/g, "*").replaceAll("\\left", "").replaceAll("\\right", "")
      .replaceAll("\\", " ").replaceAll("$", "").replaceAll("**", "^");
    return [...plain].map((sign) => SIGNS.get(sign) ?? sign).join("").trim();
  }

  /** Return the parts of a formula; a word like "nl" is taken for the letters of which it is made. */
  function tokens(text, known) {
    const found = [];
    TOKEN.lastIndex = 0;
    const byLength = [...known.keys()].sort((one, other) => other.length - one.length);
    const letters = new RegExp(byLength.join("|") || "(?!)", "g");
    while (TOKEN.lastIndex < text.length) {
      const start = TOKEN.lastIndex;
      const token = TOKEN.exec(text)?.[1];
      if (!token) return refuse(`The sign “${[...text.slice(start).trim()][0]}” has no meaning here`);
      const parts = isLetter(token) && !known.has(token) ? (token.match(letters) ?? []) : [];
      found.push(...(parts.join("") === token ? parts : [token]));
    }
    return found;
  }

  const NO_VALUE = "This has no value: a division by zero, a root or a logarithm of a negative number?";
  const finite = (value) => (Number.isFinite(value) ? value : refuse(NO_VALUE));
  const SIGN = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "^": (a, b) => a ** b };

  /** Return the value of a formula as a function of its letters. A capital before a parenthesis is no factor: it is H(x). @param {string} typed @param {string[]} names @returns {Value} */
  function parsed(typed, names = []) {
    const known = new Map(names.map((name) => [name.replaceAll("_", ""), name]));
    const text = cleaned(typed), called = /([A-Z])\s*\(([^()]*[a-z][^()]*)\)/.exec(text);
    if (called && names.includes(called[1])) refuse(`Write ${called[1]} alone, without (${called[2].trim()})`);
    const left = tokens(text, known);
    const next = () => left[0] ?? "";
    const take = () => left.shift() ?? "";
    /** @returns {Value} */
    const joined = (sign, one, other) => (at) => finite(SIGN[sign](one(at), other(at)));

    function sum() {
      let value = product();
      while (next() === "+" || next() === "-") value = joined(take(), value, product());
      return value;
    }
    function product() {
      let value = signed();
      for (;;) {
        if (next() === "*" || next() === "/") value = joined(take(), value, signed());
        else if (next() === "(" || isLetter(next())) value = joined("*", value, power());
        else return value;
      }
    }
    /** @returns {Value} */
    function signed() {
      if (next() !== "+" && next() !== "-") return power();
      return take() === "-" ? joined("-", () => 0, signed()) : signed();
    }
    function power() {
      const value = atom();
      if (next() !== "^") return value;
      take();
      return joined("^", value, signed());
    }
    /** @returns {Value} */
    function atom() {
      if (!left.length) refuse("Something is missing at the end");
      const token = take();
      if (/^[\d.]/.test(token)) return () => finite(Number(token));
      if (token === "(") {
        const value = sum();
        if (take() !== ")") refuse("A closing parenthesis is missing");
        return value;
      }
      const letter = known.get(token), apply = FUNCTIONS.get(token), constant = CONSTANTS.get(token);
      if (letter !== undefined) return (at) => at[letter];
      if (apply) {
        const inner = power();
        return (at) => finite(apply(inner(at)));
      }
      if (constant !== undefined) return () => constant;
      if (token === "log") refuse("Write ln for the natural logarithm, or log10 for base ten");
      if (!isLetter(token)) refuse(`“${token}” stands where a number is expected`);
      return refuse(`“${token}” has no meaning here${names.length ? `; the letters are ${names.join(", ")}` : ""}`);
    }

    if (!left.length) refuse("Nothing has been typed");
    const value = sum();
    if (left.length) refuse(`“${next()}” stands where a sign such as + or * is expected`);
    return value;
  }

  /** Return the value of a formula in letters; what stands before "=" is left out. @param {string} text @param {string[]} names */
  function formula(text, names) {
    return parsed(text.slice(text.lastIndexOf("=") + 1), names);
  }

  const unnamed = (text) => (cleaned(text).split(/[=≈~]/).pop() ?? "").trim();

  /**
   * Return the number typed: 1/6, sqrt(2), 1e-3, x = 0.5, "0,5", 12 %, 65 536 weights.
   * @param {string} typed @returns {number}
   */
  function number(typed, whole = false) {
    let text = unnamed(typed);
    if (/^[-+]?\d{1,3}([ ,]\d{3})+(\s+[A-Za-z][A-Za-z -]*)?$/.test(text) && (whole || text.includes(" "))) {
      text = text.replace(/(?<=\d)[ ,](?=\d)/g, "");
    }
    if (whole) text = text.replace(/(?<=\d)\s*x\s*(?=\d)/g, "*");
    if (text.includes(",")) {
      if (!/^[-+]?\d+,\d+$/.test(text) || /^[-+]?[1-9]\d{0,2},\d{3}$/.test(text)) {
        refuse("This may be one number or two; write decimals with a point");
      }
      text = text.replace(",", ".");
    }
    if (text.endsWith("%")) return number(text.slice(0, -1)) / 100;
    if (/^[-+]?\s*\d+\s+\d+\s*\/\s*\d+$/.test(text)) refuse(MIXED);
    try {
      return parsed(text)({});
    } catch (refusal) {
      const unit = /^(.*[\d)])\s+[A-Za-z][A-Za-z -]*$/s.exec(text);
      if (unit) return parsed(unit[1])({});
      if (POWER_OF_Z.test(text)) refuse("Give the coefficient alone, without the power of z");
      throw refusal;
    }
  }

  /** Say whether the first bracket closes at the end of the text. @param {string} text */
  function outer(text) {
    let depth = 0;
    for (const [place, sign] of [...text].entries()) {
      depth += Number("([⟨".includes(sign)) - Number(")]⟩".includes(sign));
      if (depth === 0) return place === text.length - 1;
    }
    return false;
  }

  /** Return what stands in a pair of brackets around the whole text, or the text. @param {string} text */
  const opened = (text) => (/^[([⟨].*[)\]⟩]$/s.test(text) && outer(text) ? text.slice(1, -1).trim() : text);

  /** Say whether each number of a list has a name of its own, as in "x1 = 2, x2 = 3". @param {string} text */
  function eachNamed(text) {
    const parts = text.replace(/[ ,;]+$/, "").split(text.includes(";") ? ";" : ",");
    const found = parts.map((part) => /^\s*([^=≈~,;]*?)([0-9]*)\s*[=≈~][^=≈~]*$/.exec(part) ?? []);
    if (parts.length < 2 || found.some((part) => !part.length)) return false;
    const apart = found.slice(1).every(([, stem, place], at) => stem !== found[at][1] || Number(place) > Number(found[at][2]));
    return apart || refuse(ORDERED);
  }

  /** Return the value and the tangent of a dual number such as "2 - 3ε". @param {string} typed */
  function dual(typed) {
    const text = typed.replace(/\s*([-+])\s*/g, "$1").trim();
    const after = /^([-+]?[0-9]+(?:\.[0-9]+)?)([-+](?:[0-9]+(?:\.[0-9]+)?)?)\s*\*?\s*(?:var)?eps(?:ilon)?$/.exec(text);
    const before = /^([-+]?(?:[0-9]+(?:\.[0-9]+)?)?)\s*\*?\s*(?:var)?eps(?:ilon)?([-+][0-9]+(?:\.[0-9]+)?)$/.exec(text);
    if (!after && !before) refuse("Leave out ε: type the value, a comma and the tangent");
    const [value, tangent] = after ? [after[1], after[2]] : [before?.[2], before?.[1] ?? ""];
    return [Number(value), Number(/[0-9]/.test(tangent) ? tangent : `${tangent}1`)];
  }

  /**
   * Return the numbers of a list: separated by commas, semicolons or spaces; sizes by × too. Either the list has a name,
   * or each number has one. "2 + 3ε" is a list of two, and so is "value 2, tangent 3".
   * @param {string} typed @returns {number[]}
   */
  function numbers(typed, whole = false) {
    let text = opened(cleaned(typed).replace(/,?\s+and\s+/g, ", "));
    text = text.replace(LABELLED, "$1, $2");
    if (/tangent.*value/i.test(text)) refuse(ORDERED);
    if (!eachNamed(text)) {
      const pieces = text.split(/[=≈~]/);
      if (pieces.slice(1, -1).some((part) => /^[^([⟨]*[,;]/.test(part))) {
        refuse("Type only the numbers, without names, with commas between them");
      }
      text = opened((pieces.pop() ?? "").trim());
    }
    if (text.includes("eps") && !/[,;]/.test(text)) return dual(text);
    if (whole) text = text.replace(/(?<=\d)\s*(?:[x*]|by)\s*(?=\d)/g, ",");
    const sign = [";", ","].find((one) => text.includes(one)) ?? /\s+/;
    const parts = text.split(sign);
    if (!parts.at(-1)?.trim()) parts.pop();
    if (!parts.length) refuse("Nothing has been typed");
    return parts.map((part) => number(part, whole));
  }

  /** Return the numbers of a matrix: rows end with a semicolon or a line, or stand in brackets. @param {string} typed */
  function rows(typed) {
    const text = typed.replaceAll("\r", "");
    const bracketed = /^\s*[[(]\s*[[(]/.test(text) || ROWS.test(text);
    const inner = bracketed ? [...text.matchAll(/[[(]([^[\]()]*)[\])]/g)].map((found) => found[1]) : [];
    const lines = inner.length ? inner : text.trim().replace(/^[[\]]+|[[\]]+$/g, "").split(/[;\n]/);
    const found = lines.filter((line) => line.trim()).map((line) => numbers(line));
    return found.length ? found : refuse("Nothing has been typed");
  }

  /** Return whole numbers given by name, in any order, or in the order of the names. @param {string} typed @param {string[]} names */
  function named(typed, names) {
    const text = cleaned(typed), pair = /([A-Za-z]\w*)(?:\s*[=:]\s*|\s+)(\d+)(?![.\d])/g;
    const found = new Map([...text.matchAll(pair)].map((part) => [part[1], Number(part[2])]));
    const rest = text.replace(pair, "").replaceAll("and", "").replace(/^[ ,;()]+|[ ,;()]+$/g, "");
    if (found.size === names.length && names.every((name) => found.has(name)) && !rest) {
      return names.map((name) => found.get(name) ?? NaN);
    }
    if (!/[=:]/.test(text)) {
      const values = numbers(text);
      if (values.length === names.length && values.every(Number.isInteger)) return values;
    }
    return refuse(`This does not give ${names.join(" and ")}`);
  }

  return { Refused, refuse, number, numbers, rows, named, formula };
})();
