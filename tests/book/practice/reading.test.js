// The table of cases that practice/reading.py has to pass, too: node --test.
"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Reading } = require("./load.js");
const cases = require("../../practice/cases.json");

const readers = {
  number: ([typed]) => Reading.number(typed),
  whole: ([typed]) => Reading.number(typed, true),
  numbers: ([typed]) => Reading.numbers(typed),
  sizes: ([typed]) => Reading.numbers(typed, true),
  rows: ([typed]) => Reading.rows(typed),
  named: ([names, typed]) => Reading.named(typed, names),
  formula: ([letters, typed]) => Reading.formula(typed, Object.keys(letters))(letters),
};

function near(one, other) {
  if (Array.isArray(other)) return Array.isArray(one) && one.length === other.length && other.every((x, i) => near(one[i], x));
  return Math.abs(one - other) <= 1e-12 * Math.max(1, Math.abs(other));
}

for (const [kind, list] of Object.entries(cases)) {
  test(kind, () => {
    for (const given of list) {
      const value = given.at(-1);
      const read = () => readers[kind](given);
      if (value === null) assert.throws(read, Reading.Refused, JSON.stringify(given));
      else assert.ok(near(read(), value), `${JSON.stringify(given)} is read as ${JSON.stringify(read())}`);
    }
  });
}

test("what is no name of a function has no meaning, although every object has it", () => {
  for (const typed of ["constructor", "toString(1)", "valueOf", "x^hasOwnProperty"]) {
    assert.throws(() => Reading.formula(typed, ["x"])({ x: 1 }), Reading.Refused);
  }
});
