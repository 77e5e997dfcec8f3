// The scripts that read and judge, without a page.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const home = path.join(__dirname, "../../../book/pages/static/practice");
for (const name of ["reading", "judging"]) vm.runInThisContext(fs.readFileSync(path.join(home, `${name}.js`), "utf8"));
module.exports = { Reading: globalThis.Reading, Judging: globalThis.Judging };
