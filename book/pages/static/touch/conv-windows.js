// Every window of a convolution, one of them at work: what it reads, the products, the sum, and what each mode keeps.
(() => {
  "use strict";
  const SIGNAL = [5, 6, 7, 8];
  const KERNELS = [[3, 0, 1], [2, 1], [1, 2, 1]];
  const SIZE = SIGNAL.length;
  const GUTTER = 74; // for the names on the right
  const MODES = ["full", "same", "valid"];
  const list = (values) => `(${values.join(", ")})`;
  /** The places of "full" that each mode keeps, counted from zero. @param {number} k */
  const kept = (k) => [[0, SIZE + k - 1], [(k - 1) >> 1, ((k - 1) >> 1) + SIZE], [k - 1, SIZE]];

  Stage.define("conv-windows", {
    controls: {
      correlates: { label: "operation", at: 0, options: ["convolution", "correlation"] },
      mode: { label: "mode", at: 0, options: MODES },
      w: { label: "kernel $w$", at: 0, options: KERNELS.map(list) },
      n: { label: "window $n$", from: 1, to: ({ w }) => SIZE + KERNELS[w].length - 1, step: 1, at: 3, digits: 0 },
    },

    numbers({ correlates, mode, w, n }) {
      const weights = correlates ? KERNELS[w] : [...KERNELS[w]].reverse();
      const k = weights.length;
      const window = (/** @type {number} */ m) => weights.map((_, place) => SIGNAL[m - k + place] ?? 0);
      const products = (/** @type {number} */ m) => window(m).map((value, place) => value * weights[place]);
      const output = Array.from({ length: SIZE + k - 1 }, (_, m) => products(m + 1).reduce((sum, one) => sum + one));
      const [first, end] = kept(k)[mode];
      return { weights, window: window(n), products: products(n), output, first, end, list: output.slice(first, end) };
    },

    draw(pen, { weights, products, output, first, end }, { correlates, mode, n }) {
      const k = weights.length;
      const size = Math.min(36, (pen.width - GUTTER) / 8);
      const x = (column) => (pen.width - 8 * size - GUTTER) / 2 + (column + 1) * size; // of entry 1, 2, … of the signal
      const label = (y, words, look = "") => pen.text(x(7) + 8, y, words, "start", look);
      const cell = (column, y, value, look, strong, high = size) => {
        pen.rect(x(column), y, size, high, `cell ${look}`, strong ? 0.5 : 0.15);
        pen.text(x(column) + size / 2, y + high / 2 + 5, String(value), "middle", strong ? "heavy" : "");
      };
      const faint = (column, y, value) => pen.text(x(column) + size / 2, y + size / 2 + 5, String(value), "middle", "soft");
      const read = (column) => column > n - k && column <= n;

      for (let column = 2 - k; column < SIZE + k; column++) {
        const value = SIGNAL[column - 1];
        if (value) cell(column, 2, value, "data", read(column));
        else faint(column, 2, 0);
      }
      label(size / 2 + 7, "signal");

      const head = size + 14;
      const below = pen.height - 2 * size - 100; // the products
      const high = Math.min(size, (below - head - 12) / 6);
      output.forEach((_, row) => weights.forEach((weight, place) =>
        cell(row + 2 - k + place, head + row * high, weight, "param", row === n - 1, high)));
      pen.text(x(2) + 8, head + high / 2 + 5, correlates ? "kernel as it is" : "kernel, flipped", "start", "small");

      products.forEach((value, place) => cell(n - k + 1 + place, below, value, "", false));
      label(below + size / 2 + 5, "products");
      pen.arrow(x(n) + size / 2, below + size + 2, x(n) + size / 2, below + size + 22, "thin");
      pen.text(x(n) + size / 2 + (n > 4 ? -8 : 8), below + size + 18, "sum", n > 4 ? "end" : "start", "small");
      const last = below + size + 26;
      output.forEach((value, place) => {
        if (place >= first && place < end) cell(place + 1, last, value, "data", place === n - 1);
        else faint(place + 1, last, value);
      });
      label(last + size / 2 + 5, "output");
      kept(k).forEach(([from, to], which) => {
        const y = last + size + 16 + 22 * which;
        pen.line([[x(from + 1) + 3, y], [x(to + 1) - 3, y]], which === mode ? "data" : "thin");
        label(y + 5, MODES[which], which === mode ? "heavy" : "soft");
      });
    },

    say({ weights, window, output, first, end, list: chosen }, { mode, n }) {
      const sum = weights.map((weight, place) => `${weight}·${window[place]}`).join(" + ");
      const left = n > first && n <= end ? "" : ", without this one";
      const name = MODES[mode][0].toUpperCase() + MODES[mode].slice(1);
      return `Window ${n} reads ${list(window)}: ${sum} = ${output[n - 1]}. ${name} keeps ${list(chosen)}${left}.`;
    },
  });
})();
