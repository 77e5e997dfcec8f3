// What all components share: controls, a pen, and a line that says the numbers. CONTRIBUTING.md says what a component
// is; book.js loads both, and the tests call the same functions.

/**
 * @typedef {Record<string, any>} State the values of the controls; of a choice, the place of its option
 * @typedef {number | ((state: State) => number)} End
 * @typedef {{label: string, at: number, from: number, to: End, step: number, digits?: number}} Slider
 * @typedef {{label: string, at: number, options: string[], also?: State}} Choice
 * @typedef {{label: string, press: (state: State) => State}} Press
 * @typedef {{x: number, y: number, w: number, h: number}} Box
 * @typedef {{x: (value: number) => number, y: (value: number) => number}} Scale
 * @typedef {ReturnType<typeof Stage.pen>} Pen
 * @typedef {object} Part
 * @property {Record<string, Slider | Choice | Press>} controls
 * @property {(state: State) => any} numbers
 * @property {(pen: Pen, numbers: any, state: State) => void} draw
 * @property {(numbers: any, state: State) => string} say
 * @property {(picture: SVGSVGElement, state: () => State, change: (values: State) => void) => void} [attach]
 */

var Stage = (() => {
  "use strict";
  /** @type {Record<string, Part>} */
  const parts = {};

  /** Tell the page of a component. @param {string} name @param {Part} part */
  function define(name, part) {
    parts[name] = part;
  }

  /** Return a number as the pages write it: with a true minus, and no minus before zero. @param {number} value */
  function show(value, digits = 2) {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  // Text may hold mathematics between dollars, letters and signs with letters or a number below: "score $x_1$".
  const MATH = /\$([^$]*)\$/g;
  const PARTS = /_(\d+|\w)|[A-Za-zα-ω]+|[∂ΣΔ≈≤≥∞→√⊙∇⌊⌋]+/g;
  const typeset = (text, kind, below) => text.replace(MATH, (_, math) =>
    math.replace(PARTS, (all, low) => (low ? below(kind(low)) : kind(all))));
  const kindOf = (text) => (/^[a-zα-ω]/i.test(text) ? "letter" : /\d/.test(text) ? "" : "sign");
  const html = (text) => typeset(text, (all) => `<i class="${kindOf(all)}">${all}</i>`, (low) => `<sub>${low}</sub>`);
  const svg = (text) => typeset(text, (all) => `<tspan class="${kindOf(all)}">${all}</tspan>`,
    (low) => `<tspan class="low" dy="0.3em">${low}</tspan><tspan dy="-0.21em">\u200b</tspan>`);

  /**
   * Return what draws on a ground of this size, in pixels. Looks are classes of 8-touch.css: the roles data, param and
   * grad, and soft, fill, dash, thin, small, heavy.
   * @param {number} width @param {number} height
   */
  function pen(width, height) {
    /** @type {string[]} */
    const marks = [];
    const r = (value) => Math.round(value * 10) / 10;
    const it = {
      width,
      height,
      marks,
      text(x, y, words, anchor = "middle", look = "") {
        marks.push(`<text x="${r(x)}" y="${r(y)}" text-anchor="${anchor}" class="${look}">${svg(words)}</text>`);
      },
      rect(x, y, w, h, look = "", strength = 1) {
        const fill = strength < 1 ? ` fill-opacity="${r(10 * strength) / 10}"` : "";
        marks.push(`<rect x="${r(x)}" y="${r(y)}" width="${r(Math.max(w, 0))}" height="${r(Math.max(h, 0))}" class="${look}"${fill}/>`);
      },
      dot(x, y, look = "", radius = 4.5) {
        marks.push(`<circle cx="${r(x)}" cy="${r(y)}" r="${radius}" class="fill ${look}"/>`);
      },
      /** @param {number[][]} points pairs of x and y; what is not finite leaves a gap */
      line(points, look = "") {
        let path = "";
        let command = "M";
        for (const [x, y] of points) {
          const there = isFinite(x) && isFinite(y);
          if (there) path += `${command}${r(x)} ${r(y)}`;
          command = there ? "L" : "M";
        }
        marks.push(`<path d="${path}" class="${look}"/>`);
      },
      arrow(x, y, toX, toY, look = "") {
        const length = Math.hypot(toX - x, toY - y);
        if (length < 1) return;
        const [a, b] = [(toX - x) / length, (toY - y) / length];
        const head = Math.min(7, length);
        const side = (/** @type {number} */ s) => [toX - head * (a - s * b / 2), toY - head * (b + s * a / 2)];
        it.line([[x, y], [toX, toY]], look);
        it.line([side(1), [toX, toY], side(-1)], `${look} head`);
      },
      /** Return boxes below a top, as many in a row as are at least so wide.
       * @returns {Box[]} */
      panels(count = 1, least = 150, top = 0, gap = 20) {
        const columns = Math.max(1, Math.min(count, Math.floor((width + gap) / (least + gap))));
        const rows = Math.ceil(count / columns);
        const h = (height - top - gap * (rows - 1)) / rows;
        return Array.from({ length: count }, (_, k) => {
          const row = Math.floor(k / columns);
          const inRow = row === rows - 1 ? count - columns * row : columns;
          const w = (width - gap * (inRow - 1)) / inRow;
          return { x: (k - columns * row) * (w + gap), y: top + row * (h + gap), w, h };
        });
      },
      /**
       * Draw axes and a title into a box, and return what turns values into places.
       * @param {Box} box @param {number[]} x from, to @param {number[]} y from, to
       * @param {{title?: string, below?: string, xticks?: number[], yticks?: number[]}} [names]
       */
      axes(box, x, y, { title = "", below = "", xticks = x, yticks = y } = {}) {
        const [left, right] = [box.x + (yticks.length ? 34 : 6), box.x + box.w - 8];
        const [top, bottom] = [box.y + (title ? 30 : 8), box.y + box.h - (below ? 44 : 24)];
        const scale = {
          x: (value) => left + (value - x[0]) / (x[1] - x[0]) * (right - left),
          y: (value) => bottom - (value - y[0]) / (y[1] - y[0]) * (bottom - top),
        };
        if (title) it.text((left + right) / 2, box.y + 15, title);
        if (below) it.text((left + right) / 2, bottom + 38, below, "middle", "soft");
        it.line([[left, top], [left, bottom], [right, bottom]], "thin");
        for (const tick of xticks) it.text(scale.x(tick), bottom + 18, String(tick).replace("-", "−"), "middle", "soft small");
        for (const tick of yticks) it.text(left - 6, scale.y(tick) + 5, String(tick).replace("-", "−"), "end", "soft small");
        return scale;
      },
      /** @param {Scale} scale @param {number} from @param {number} to @param {(x: number) => number} f */
      curve(scale, from, to, f, look = "", steps = 120) {
        const points = Array.from({ length: steps + 1 }, (_, k) => from + (to - from) * k / steps);
        it.line(points.map((x) => [scale.x(x), scale.y(f(x))]), look);
      },
      /** Draw a table of numbers as squares; the larger a number, the stronger its ground.
       * @param {number} x @param {number} y @param {number} size @param {number[][]} rows
       * @param {(value: number) => string} [words] @param {(value: number) => string} [look] */
      cells(x, y, size, rows, words = (value) => show(value), look = (value) => (value < 0 ? "param" : "data"), most = 1) {
        rows.forEach((row, i) => row.forEach((value, j) => {
          it.rect(x + j * size, y + i * size, size, size, `cell ${look(value)}`, 0.5 * Math.min(1, Math.abs(value) / most));
          it.text(x + (j + 0.5) * size, y + (i + 0.5) * size + 5, words(value), "middle", size < 44 ? "small" : "");
        }));
      },
    };
    return it;
  }

  function add(tag, kind, home) {
    const made = document.createElement(tag);
    made.className = kind;
    home.append(made);
    return made;
  }

  /** Put a component into its place. @param {HTMLElement} place */
  function mount(place) {
    const part = parts[place.dataset.touch || ""];
    const still = place.parentElement?.querySelector("img");
    /** @type {State} */
    const start = {};
    /** @type {(() => void)[]} */
    const refresh = [];
    const form = add("form", "knobs", place);
    const buttons = document.createElement("p");
    form.setAttribute("aria-label", "Controls of the picture below");
    for (const [name, control] of Object.entries(part.controls)) {
      if ("press" in control) {
        press(control.label, () => change(control.press(state)));
        continue;
      }
      start[name] = control.at;
      const label = add("label", "knob", form);
      add("span", "", label).innerHTML = html(control.label);
      if ("options" in control) {
        const choice = /** @type {HTMLSelectElement} */ (add("select", "", label));
        for (const option of control.options) add("option", "", choice).textContent = option;
        choice.addEventListener("change", () => change({ [name]: choice.selectedIndex, ...control.also }));
        refresh.push(() => (choice.selectedIndex = state[name]));
        continue;
      }
      const slider = /** @type {HTMLInputElement} */ (add("input", "", label));
      const value = add("span", "value", label);
      value.ariaHidden = "true"; // the slider says it
      slider.type = "range";
      Object.assign(slider, { min: control.from, step: control.step, defaultValue: control.at });
      slider.addEventListener("input", () => change({ [name]: Number(slider.value) }));
      refresh.push(() => {
        const most = typeof control.to === "number" ? control.to : control.to(state);
        slider.max = String(most);
        slider.value = String((state[name] = Math.min(state[name], most)));
        value.textContent = slider.ariaValueText = show(state[name], control.digits ?? 1);
      });
    }
    let state = { ...start };
    press("Reset", () => change(start));
    form.append(buttons);
    form.addEventListener("submit", (event) => event.preventDefault());
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", still?.alt || "");
    place.append(picture);
    const said = add("output", "said", place);

    function press(label, act) {
      const button = /** @type {HTMLButtonElement} */ (add("button", "", buttons));
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", act);
    }
    function change(values) {
      state = { ...state, ...values };
      draw();
    }
    let quiet = 0;
    function draw() {
      for (const each of refresh) each();
      const numbers = part.numbers(state);
      // What is busy is read aloud when it rests, not at each step of a slider.
      said.ariaBusy = "true";
      said.innerHTML = html(part.say(numbers, state)); // first, since its lines leave the picture its height
      const drawn = pen(picture.clientWidth, picture.clientHeight);
      part.draw(drawn, numbers, state);
      picture.innerHTML = drawn.marks.join("");
      clearTimeout(quiet);
      quiet = setTimeout(() => (said.ariaBusy = "false"), 500);
    }
    new ResizeObserver(draw).observe(picture);
    part.attach?.(picture, () => state, change);
  }

  return { data: {}, define, parts, show, html, svg, pen, mount };
})();
