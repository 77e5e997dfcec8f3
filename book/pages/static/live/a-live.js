// Run in the page. This script comes when a reader presses Run for the first time; its parts stand below one another in
// one file: what the build knows, the pack, the worker, the session, what a cell shows, the cell.
const Live = /** @type {any} */ ({
  /** The parts of the pack, as the build has written them: {first, files}. */
  pack: null,
  /** The cells of this page, by number: {source, label}. */
  cells: [],
  folder: /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/[^/]*$/, ""),
});

/** An element with classes and text. @returns {HTMLElement} */
Live.make = (name, classes = "", text = "") => {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
};

/** Load a style sheet. */
Live.dress = (address) =>
  new Promise((done) => {
    const sheet = document.createElement("link");
    for (const event of ["load", "error"]) sheet.addEventListener(event, () => done(undefined));
    sheet.rel = "stylesheet";
    sheet.href = address;
    document.head.append(sheet);
  });

/** Load a classic script. */
Live.load = (address) =>
  new Promise((done, failed) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => (script.remove(), done(undefined)));
    script.addEventListener("error", () => failed(new Error(`${address} could not be read.`)));
    script.src = address;
    document.head.append(script);
  });
