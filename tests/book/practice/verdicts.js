// Judges what stands on standard input, a list of {variant, typed: [text, …]}, and prints the verdicts.
"use strict";
const { Judging } = require("./load.js");

const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const told = asked.map(({ variant, typed }) =>
  typed.map((text) => {
    const { kind, slip, words } = Judging.judge(variant, text);
    return [kind, slip?.name ?? "", words];
  })
);
process.stdout.write(JSON.stringify(told));
