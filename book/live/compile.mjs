// Compiles the Python files inside of zip files with the interpreter that the pages have: a page would need seconds for
// it, each time. Usage: node compile.mjs FOLDER-OF-PYODIDE INPUT OUTPUT [INPUT OUTPUT ...]
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [home, ...files] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(home, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: home + path.sep });

// The compiled file holds no time, so that the same sources give the same bytes.
const compiled = python.runPython(`
import importlib._bootstrap_external as external, importlib.util, io, zipfile

def compiled(path):
    made = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for entry in source.infolist():
            content, name = source.read(entry), entry.filename
            if name.endswith(".py"):
                try:
                    code = compile(content, name, "exec", dont_inherit=True)
                except SyntaxError:
                    pass
                else:
                    content = bytes(external._code_to_hash_pyc(code, importlib.util.source_hash(content), False))
                    name += "c"
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()

compiled
`);
while (files.length) {
  const [input, output] = files.splice(0, 2);
  python.FS.writeFile("/input.zip", new Uint8Array(fs.readFileSync(input)));
  fs.writeFileSync(output, compiled("/input.zip").toJs());
}
