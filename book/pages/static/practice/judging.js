// What a reader is told: practice/judging.py and the kinds of practice/answers.py, in the page. practice/README.md
// describes the data of a variant. A test lets both judge the answer and the slips of every problem.

/**
 * @typedef {any} Typed what was read: a number, a list, a list of rows, the place of an option, or a formula
 * @typedef {{kind: string, value: any, expects: string, digits: number, tolerance: number, options: string[],
 *   points: Letters[], goal: number, given: Letters, least: Letters}} Answer
 * @typedef {{name: string, value: any, why: string, link: string}} Slip
 * @typedef {{question: string, answer: Answer, slips: Slip[], check: string, hint: string, solution: string}} Variant
 * @typedef {{kind: "right" | "slip" | "form" | "near" | "other", words: string, slip?: Slip}} Verdict
 */

var Judging = (() => {
  "use strict";
  const NEAR = "Very near. Carry more digits, and round once, at the end.";
  const OTHER = "Not this, and not a slip that we know.";

  /** Say whether numbers, or lists of them of the same shape, are that close. */
  function close(typed, value, within) {
    if (!Array.isArray(typed) || !Array.isArray(value)) {
      return !Array.isArray(typed) && !Array.isArray(value) && Math.abs(typed - value) <= within;
    }
    return typed.length === value.length && typed.every((one, place) => close(one, value[place], within));
  }

  /** @param {Answer} answer */
  const sameNumbers = (answer, typed, value, slack = 1) => close(typed, value, slack * answer.tolerance * (1 + 1e-9));
  /** @param {Answer} answer */
  const letters = (answer) => Object.keys(answer.points[0]);

  // How each kind is read and compared, and what can be wrong with its form.
  const KINDS = {
    number: { read: (_, text) => Reading.number(text), same: sameNumbers, near: true },
    integer: {
      read: (_, text) => Reading.number(text, true),
      same: sameNumbers,
      form: (_, typed) => (Number.isInteger(typed) ? "" : "A whole number is expected"),
    },
    vector: {
      read: (_, text) => Reading.numbers(text),
      same: sameNumbers,
      near: true,
      form: ({ value }, typed) =>
        typed.length === value.length ? "" : `The answer has ${value.length} numbers, with commas between them`,
    },
    shape: {
      read: (_, text) => Reading.numbers(text, true),
      same: sameNumbers,
      form: (_, typed) => (typed.every(Number.isInteger) ? "" : "The sizes are whole numbers"),
    },
    matrix: {
      read: (_, text) => Reading.rows(text),
      same: sameNumbers,
      near: true,
      form({ value }, typed) {
        const [down, across] = [value.length, value[0].length];
        const fits = typed.length === down && typed.every((row) => row.length === across);
        return fits ? "" : `The answer has ${down} rows of ${across} numbers`;
      },
    },
    choice: {
      read({ options }, text) {
        const letter = /^[^\p{L}\p{N}_]*([A-Za-z])[^\p{L}\p{N}_]*$/u.exec(text)?.[1] ?? "?";
        const place = "abcdefgh".indexOf(letter.toLowerCase());
        return place >= 0 && place < options.length ? place : Reading.refuse("This is none of the letters");
      },
      same: (_, typed, value) => typed === value,
    },
    formula: {
      read(answer, text) {
        const value = Reading.formula(text, letters(answer));
        for (const point of answer.points) value(point);
        return text;
      },
      same(answer, typed, value) {
        const [one, other] = [typed, value].map((text) => Reading.formula(text, letters(answer)));
        return answer.points.every((at) => Math.abs(one(at) - other(at)) <= 1e-6 * (1 + Math.abs(other(at))));
      },
    },
    settings: {
      read: ({ least }, text) => Reading.named(text, Object.keys(least)),
      same(answer, typed, rule) {
        if (KINDS.settings.form(answer, typed)) return false;
        const at = { ...answer.given };
        for (const [place, name] of Object.keys(answer.least).entries()) at[name] = typed[place];
        return Reading.formula(rule, Object.keys(at))(at) === answer.goal;
      },
      form({ least }, typed) {
        const low = Object.entries(least).find(([, number], place) => typed[place] < number);
        return low ? `${low[0]} is at least ${low[1]}` : "";
      },
    },
  };

  /** Return the verdict on what was typed for a variant. @param {Variant} variant @param {string} text @returns {Verdict} */
  function judge({ answer, slips, check }, text) {
    const kind = KINDS[answer.kind];
    let typed;
    try {
      typed = kind.read(answer, text);
    } catch (refusal) {
      if (!(refusal instanceof Reading.Refused)) throw refusal;
      return { kind: "form", words: `${refusal.message}. The answer is ${answer.expects}.` };
    }
    if (kind.same(answer, typed, answer.value)) return { kind: "right", words: "" };
    const slip = slips.find(({ value }) => kind.same(answer, typed, value));
    if (slip) return { kind: "slip", words: slip.why, slip };
    const form = kind.form?.(answer, typed);
    if (form) return { kind: "form", words: `${form}.` };
    if (kind.near && kind.same(answer, typed, answer.value, 10)) return { kind: "near", words: NEAR };
    return { kind: "other", words: `${OTHER} ${check}`.trim() };
  }

  return { judge };
})();
