// KaTeX as the book wants it: the packaged render server of sphinxcontrib-katex loads this file in KaTeX's place.
// Every doubt is an error (an unknown command, a character without a glyph, TeX that LaTeX would refuse), with one
// exception: \htmlClass, by which the macros in _config.yml mark data, parameters and gradients.
const path = require("path");
const katex = require(path.join(__dirname, "..", "..", "node_modules", "katex"));

const complaints = [];
console.warn = (message) => complaints.push(message);

exports.renderToString = (tex, options) => {
  complaints.length = 0;
  const html = katex.renderToString(tex, {
    ...options,
    output: "htmlAndMathml",
    throwOnError: true,
    trust: (context) => context.command === "\\htmlClass",
    strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
  });
  if (complaints.length) throw new Error(complaints.join("; "));
  return html;
};

// The server ends with the build that started it, even when that build is cut off.
process.stdin.on("end", () => process.exit()).resume();
