// Print the numbers of a component for a grid of its states, as JSON: `node states.js shares`. They come from the code
// of the page itself; test_states.py compares them with nnlib.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.join(__dirname, "../../../book/pages/static/touch");
for (const name of ["stage", process.argv[2]]) vm.runInThisContext(fs.readFileSync(path.join(folder, `${name}.js`), "utf8"));
const { controls, numbers, say } = globalThis.Stage.parts[process.argv[2]];

// Of a slider its ends, its beginning and two values between; of a choice all options; what a button leads to. The end
// of a slider may depend on the controls before it.
function values(control, state) {
  if ("options" in control) return control.options.map((_, place) => place);
  const to = typeof control.to === "number" ? control.to : control.to(state);
  const between = [0.3, 0.8].map((share) => control.from + share * (to - control.from));
  const allowed = between.map((value) => control.from + control.step * Math.round((value - control.from) / control.step));
  const found = [control.from, Math.min(control.at, to), to, ...allowed];
  return [...new Set(found.map((value) => Number(value.toFixed(10))))];
}
let states = [{}];
for (const [name, control] of Object.entries(controls)) {
  if ("press" in control) continue;
  states = states.flatMap((state) => values(control, state).map((value) => ({ ...state, [name]: value })));
}
const most = 1500; // an even share of a large grid
const every = Math.ceil(states.length / most);
states = states.filter((_, place) => place % every === 0);
for (const control of Object.values(controls)) {
  if ("press" in control) states.push(...states.slice(0, 200).map((state) => ({ ...state, ...control.press(state) })));
}
const found = states.map((state) => {
  const computed = numbers(state);
  return { state, numbers: computed, said: say(computed, state) };
});
// JSON has neither infinity nor nan.
process.stdout.write(JSON.stringify(found, (_, value) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value));
