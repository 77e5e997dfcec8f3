// The worker: Python on a thread of its own. It is made of this function's text, so it may use nothing from outside.
Live.worker = function () {
  "use strict";
  const home = "https://live.invalid/"; // no such place: whatever is asked of it is in memory
  const files = new Map();
  const given = new Map();
  let python, kernel;

  async function bytes(coded) {
    const text = atob(coded);
    const raw = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) raw[i] = text.charCodeAt(i);
    if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
    const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function put(coded) {
    await Promise.all(Object.entries(coded).map(async ([name, text]) => files.set(name, await bytes(text))));
  }

  function file(name) {
    const found = files.get(name);
    files.delete(name);
    return found;
  }

  self.fetch = async (address) => {
    const name = String(/** @type {any} */ (address).url || address).replace(/.*\//, "");
    const type = /wasm$/.test(name) ? "application/wasm" : "application/octet-stream";
    return files.has(name) ? new Response(file(name), { headers: { "Content-Type": type } }) : new Response("", { status: 404 });
  };

  function run(name) {
    const address = URL.createObjectURL(new Blob([file(name)], { type: "text/javascript" }));
    /** @type {any} */ (self).importScripts(address);
    URL.revokeObjectURL(address);
  }

  const say = (message) => self.postMessage(message);
  const text = (name) => new TextDecoder().decode(file(name));

  async function begin(coded) {
    await put(coded);
    say({ step: "Starting Python" });
    run("pyodide.js");
    run("pyodide.asm.js");
    const { loadPyodide } = /** @type {any} */ (self);
    python = await loadPyodide({ indexURL: home, lockFileURL: home + "pyodide-lock.json", checkIntegrity: false  });
    say({ step: "Loading NumPy" });
    await python.loadPackage("numpy", { messageCallback: () => {}, checkIntegrity: false });
    python.unpackArchive(file("nnlib.whl"), "wheel");
    python.FS.mkdirTree("/live");
    python.FS.writeFile("/live/kernel.py", text("kernel.py"));
    const tell = (event) => say({ event: JSON.parse(event) });
    kernel = python.runPython("import sys, json\nsys.path.insert(0, '/live')\nimport kernel as _kernel\nlambda tell: _kernel.Kernel(lambda event: tell(json.dumps(event)))")(tell);
    say({ ready: true });
  }

  // Packages that a cell needs are asked of the page, which has them or loads them.
  function ask(group) {
    say({ need: group });
    return new Promise((done) => given.set(group, done));
  }

  async function more(group) {
    await put(await ask(group));
    await python.loadPackage(group, { messageCallback: () => {}, checkIntegrity: false });
    const fonts = "fontlist.json";
    if (files.has(fonts)) python.FS.writeFile(`${python.runPython("import sysconfig; sysconfig.get_path('purelib')")}/matplotlib/${fonts}`, file(fonts));
    kernel.arrived(group);
  }

  async function cell({ number, source }) {
    const needed = kernel.needs(source);
    for (const group of needed.toJs()) await more(group);
    say({ running: number });
    const start = performance.now();
    const good = kernel.run(number, source);
    say({ done: number, good, seconds: (performance.now() - start) / 1000 });
  }

  let last = Promise.resolve();
  self.onmessage = ({ data }) => {
    if (data.given) return given.get(data.given)(data.files);
    const task = data.begin ? () => begin(data.begin) : () => cell(data.cell);
    last = last.then(task).catch((error) => say({ broken: String(error?.message || error) }));
    return last;
  };
};
