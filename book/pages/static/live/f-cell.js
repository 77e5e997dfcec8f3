// A cell, and the places where its code stands: a row of buttons below it, and what it shows when the reader runs it.
{
  const { make, session } = Live;
  const AT_ONCE = 400; // milliseconds after a key or a click in which a page may move
  const LEAST = 76; // pixels that a result gets beforehand, so that nothing moves when it arrives

  function button(words, does, title = "") {
    const made = /** @type {HTMLButtonElement} */ (make("button", "", words));
    made.type = "button";
    if (title) made.title = title;
    made.addEventListener("click", does);
    return made;
  }

  class View {
    constructor(cell, block) {
      this.cell = cell;
      this.block = block;
      this.pressed = 0;
      this.before = "";
      /** @type {any} */
      this.editor = null;
      this.box = make("div", "live");
      this.bar = make("div", "live-bar");
      this.state = make("span", "live-state");
      this.out = make("div", "live-out cell_output");
      this.run = button("Run", () => (session.waits(cell) ? session.stop() : cell.press(this)), "Ctrl+Enter in the code");
      this.edit = button("Edit", () => this.open());
      this.above = button("Run all above", () => cell.press(this, true), "and then this cell");
      this.all = button("Show all", () => this.unfold());
      this.all.className = "live-all";
      this.reset = button("Reset", () => cell.reset(this));
      this.bar.append(this.run, this.edit, this.reset, this.state, this.above);
      this.box.append(this.bar, this.out, this.all);
      this.all.hidden = this.out.hidden = true;
      this.outputs = new Live.Outputs(this.out);
      this.recorded = this.find();
      const place = block.querySelector(".run");
      place?.remove();
      block.classList.add("awake");
      block.after(this.box);
      this.show();
    }

    // What the page shows of the cell: a picture, or its outputs.
    find() {
      const cell = this.block.closest(".cell");
      const figure = this.block.closest("figure");
      const image = figure?.querySelector(":scope > img");
      const stands = image && !figure.classList.contains("touch");
      const last = [...(figure?.querySelectorAll("[data-cell]") ?? [])].pop() === this.block;
      // Where a component stands in the stead of a picture, the reader's picture comes below the code.
      const tall = image && !stands && last ? (image.height || Number(image.getAttribute("height"))) + 16 : 0;
      if (figure) return { image: stands && last ? image : null, output: null, tall };
      return { image: null, output: cell?.querySelector(".cell_output:not(.live-out)"), tall: 0 };
    }

    show() {
      const mine = session.waits(this.cell);
      this.run.textContent = mine ? "Stop" : "Run";
      this.run.classList.toggle("stop", mine);
      const left = Live.above(this.cell).length;
      if (document.activeElement === this.above && (mine || !left)) this.run.focus();
      this.above.style.visibility = mine || !left ? "hidden" : "";
      this.above.textContent = left > 1 ? `Run all above (${left})` : "Run all above";
    }

    say(text) {
      this.state.textContent = text;
    }

    // Room for the result, while the reader's hand is on the page.
    reserve() {
      const { image, output, tall } = this.recorded;
      this.pressed = performance.now();
      const height = output?.isConnected && !output.hidden ? output.getBoundingClientRect().height : this.out.getBoundingClientRect().height;
      this.out.style.height = "";
      this.all.hidden = true;
      if (output) output.hidden = true;
      if (image) image.classList.add("waits");
      this.out.hidden = Boolean(image);
      this.out.style.minHeight = `${Math.max(height, tall, LEAST)}px`;
    }

    begins() {
      this.outputs.clear();
      if (performance.now() - this.pressed > AT_ONCE) this.hold();
    }

    hold() {
      if (!this.out.hidden) this.out.style.height = this.out.style.minHeight;
    }

    // A result that is taller than its room waits for the reader to open it.
    settle() {
      const { image } = this.recorded;
      const figures = this.outputs.figures;
      image?.classList.remove("waits");
      if (image && figures.length) {
        this.before ||= image.src;
        image.src = figures[figures.length - 1];
        image.classList.add("yours");
      }
      for (const source of image ? figures.slice(0, -1) : figures) {
        const mine = /** @type {HTMLImageElement} */ (make("img"));
        Object.assign(mine, { src: source, alt: "A figure that your code has drawn.", ...this.outputs.sizes });
        this.out.append(mine);
      }
      if (image && this.out.childElementCount) this.out.hidden = false;
      const soon = performance.now() - this.pressed < AT_ONCE;
      if (soon) this.out.style.height = this.out.style.minHeight = "";
      else this.hold();
      this.all.hidden = soon || this.out.hidden || this.out.scrollHeight <= this.out.clientHeight + 1;
      Live.scrolls(this.out);
    }

    unfold() {
      this.out.style.height = this.out.style.minHeight = "";
      this.all.hidden = true;
      this.run.focus();
    }

    restore() {
      const { image, output } = this.recorded;
      if (output) output.hidden = false;
      image?.classList.remove("waits", "yours");
      if (image && this.before) image.src = this.before;
      this.outputs.clear();
      this.out.hidden = true;
      this.all.hidden = true;
      this.out.style.height = this.out.style.minHeight = "";
      this.editor?.dom.remove();
      this.editor?.destroy();
      this.editor = null;
      this.block.classList.remove("edited");
      this.say("");
    }

    async open() {
      if (!Live.edit) {
        this.say("Loading the editor");
        await Live.load(`${Live.folder}editor.js`);
        this.say("");
      }
      if (!this.editor) {
        const keys = { run: () => this.cell.press(this), leave: () => this.run.focus(), change: (text) => this.cell.changed(text) };
        this.editor = Live.edit(this.block, this.cell.source, `Code of cell ${this.cell.number}`, keys);
        this.block.classList.add("edited");
      }
      this.editor.focus();
    }
  }

  Live.Cell = class {
    constructor(number, source) {
      this.number = number;
      this.source = this.original = source;
      this.views = new Map();
      this.view = null;
      this.before = [];
    }

    viewOf(block) {
      if (!this.views.has(block)) this.views.set(block, new View(this, block));
      return this.views.get(block);
    }

    press(view, withAbove = false) {
      this.view = view;
      view.reserve();
      // Every section of a chapter runs after the first cell, which has the imports and the data.
      this.before = withAbove ? Live.above(this) : Live.above(this).filter((cell) => cell.number === 1);
      session.run([...this.before, this]);
      if (!session.ran.size && !withAbove) this.say(session.task || `Loading Python and NumPy: ${Live.cost()}`);
    }

    changed(text) {
      this.source = text;
    }

    reset(view) {
      this.source = this.original;
      for (const one of this.views.values()) {
        one.restore();
        one.show();
      }
      view.run.focus();
    }

    say(text) {
      this.view?.say(text);
    }

    begins() {
      this.view?.begins();
    }

    event(event) {
      if (event.kind === "error") this.failure = event;
      this.view?.outputs[event.kind](event);
    }

    done(good, seconds) {
      const time = seconds < 0.95 ? `${Math.max(seconds, 0.01).toFixed(2)} s` : `${seconds.toFixed(1)} s`;
      const outputs = this.view?.outputs;
      outputs?.rest();
      this.view?.settle();
      const left = Live.above(this).length;
      const unknown = !good && this.failure?.unknown && left;
      const words = unknown ? `${this.failure.unknown} may come from a cell above that has not run` : good ? `Yours, in ${time}${this.before.length ? this.after() : ""}` : "Yours";
      this.say(words);
      const heard = good ? outputs?.said() || "done" : `${this.failure?.name === "ClaimFailed" ? "" : "error: "}${this.failure?.text}`;
      Live.announce(`Cell ${this.number}: ${heard}${unknown ? `. ${words}` : ""}`);
      this.failure = null;
    }

    after() {
      return this.before.length > 1 ? `, after ${this.before.length} cells above` : ", after the first cell";
    }

    // Another cell, above, has failed.
    dropped(other) {
      this.view?.outputs.clear();
      this.view?.settle();
      this.say("Not run: a cell above has failed");
      Live.announce(`Cell ${this.number} was not run: cell ${other.number} above has failed.`);
    }

    ended() {
      this.view?.outputs.rest();
      this.view?.settle();
      this.say(session.stopped ? "Stopped. Its variables are gone" : "Stopped");
      Live.announce(session.stopped ? "Stopped. The variables are gone; a new interpreter starts." : "Stopped.");
    }

    broken(reason) {
      this.view?.settle();
      this.say(`This browser cannot run it: ${reason}`);
      Live.announce(`The cell could not be run: ${reason}`);
    }
  };
}
