// Sets formulas: one JSON request a line on standard input, one JSON answer a line on standard output.
// Every doubt is an error (an unknown command, a character without a glyph, TeX that LaTeX would refuse), with one
// exception: \htmlClass, by which the macros in _config.yml mark data, parameters and gradients.
const katex = require("katex");

const complaints = [];
console.warn = (message) => complaints.push(message);

function set({ tex, display, macros }) {
  complaints.length = 0;
  try {
    const html = katex.renderToString(tex, {
      displayMode: display,
      macros,
      output: "htmlAndMathml",
      throwOnError: true,
      trust: ({ command }) => {
        if (command === "\\htmlClass") return true;
        throw new katex.ParseError(`${command} is not allowed`);
      },
      strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
    });
    return complaints.length ? { error: complaints.join("; ") } : { html };
  } catch (error) {
    return { error: error.message };
  }
}

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(JSON.stringify(set(JSON.parse(line))) + "\n"));
