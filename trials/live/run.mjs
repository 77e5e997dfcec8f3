// Runs cells with Pyodide under Node: node run.mjs FOLDER-OF-PYODIDE FOLDER < cells.json. FOLDER has the packages, the
// lock that names them, the wheel of nnlib and the Python files. Each cell's result is a line of JSON.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [home, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(home, "pyodide.mjs")).href);
const options = { lockFileURL: path.join(folder, "pyodide-lock.json"), packageCacheDir: folder + path.sep };
const python = await loadPyodide({ indexURL: home + path.sep, ...options });
const load = (name) => python.loadPackage(name, { messageCallback: () => {} });

await load("numpy");
python.unpackArchive(new Uint8Array(fs.readFileSync(path.join(folder, "nnlib.whl"))), "wheel");
python.FS.mkdirTree("/live");
for (const name of ["kernel.py", "figure_data.py", "observed.py"])
  python.FS.writeFile(`/live/${name}`, fs.readFileSync(path.join(folder, name)));
const kernel = python.runPython("import sys; sys.path.insert(0, '/live')\nfrom observed import Observed\nObserved()");
for (const [index, source] of JSON.parse(fs.readFileSync(0, "utf-8")).entries()) {
  for (const group of kernel.needs(source).toJs()) {
    await load(group);
    kernel.arrived(group);
  }
  process.stdout.write(`${kernel.result(index + 1, source)}\n`);
}
