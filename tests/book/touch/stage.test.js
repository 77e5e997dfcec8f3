// The parts of stage.js that need no page: node --test.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const vm = require("node:vm");

vm.runInThisContext(fs.readFileSync(path.join(__dirname, "../../../book/pages/static/touch/stage.js"), "utf8"));
const { show, html, pen } = globalThis.Stage;

test("a number has a true minus, and zero has none", () => {
  assert.equal(show(-0.126), "−0.13");
  assert.equal(show(-0.001), "0.00");
  assert.equal(show(2, 0), "2");
});

test("letters between dollars are letters of mathematics, with signs below", () => {
  assert.equal(html("score $x_1$"), 'score <i class="letter">x</i><sub><i class="">1</i></sub>');
  assert.equal(html("$y_12$"), '<i class="letter">y</i><sub><i class="">12</i></sub>');
  assert.equal(html("$p_i$"), '<i class="letter">p</i><sub><i class="letter">i</i></sub>');
  assert.equal(html("$∂p$"), '<i class="sign">∂</i><i class="letter">p</i>');
  assert.equal(html("$J_gJ_f$").match(/<sub>/g)?.length, 2);
  assert.equal(html("$x_12$"), '<i class="letter">x</i><sub><i class="">12</i></sub>');
  assert.equal(html("no mathematics"), "no mathematics");
});

test("panels stand in rows as long as each is wide enough, and fill the ground", () => {
  const wide = pen(620, 300).panels(3);
  assert.deepEqual(wide.map(({ y }) => y), [0, 0, 0]);
  assert.equal(wide[2].x + wide[2].w, 620);
  const narrow = pen(355, 300).panels(3);
  assert.deepEqual(narrow.map(({ x, y }) => [x > 0, y > 0]), [[false, false], [true, false], [false, true]]);
  assert.equal(narrow[2].w, 355);
  assert.equal(narrow[2].y + narrow[2].h, 300);
  assert.deepEqual(pen(620, 300).panels(2, 150, 40).map(({ y, h }) => [y, h]), [[40, 260], [40, 260]]);
  assert.equal(pen(140, 300).panels(3)[2].y + pen(140, 300).panels(3)[2].h, 300);
});

test("axes turn values into places, upwards", () => {
  const scale = pen(300, 200).axes({ x: 0, y: 0, w: 300, h: 200 }, [0, 10], [-1, 1]);
  assert.ok(scale.x(0) < scale.x(10));
  assert.ok(scale.y(1) < scale.y(-1));
  assert.equal(scale.y(0), (scale.y(1) + scale.y(-1)) / 2);
});

test("a line leaves a gap where there is no number", () => {
  const drawn = pen(100, 100);
  drawn.line([[0, 0], [1, NaN], [2, 2], [3, 3]]);
  assert.equal(drawn.marks[0], '<path d="M0 0M2 2L3 3" class=""/>');
});
