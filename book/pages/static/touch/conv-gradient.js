// A strided convolution both ways through one table: rows give the outputs, columns the gradient of the input. Below,
// the columns once more, as a flipped kernel that slides along the gradient with zeros in between.
(() => {
  "use strict";
  const INPUT = [3, 1, 2, 5, 4, 1, 2];
  const GRADIENT = [1, 10, 2, 5, 3, 4, 1, 2];
  const SIZE = INPUT.length;
  /** How many places the kernel has. @param {State} state */
  const places = ({ k, s, p }) => Math.floor((SIZE + 2 * p - k) / s) + 1;
  const dot = (a, b) => a.reduce((sum, one, place) => sum + one * b[place], 0);
  const names = (transposed) => transposed
    ? ["gradient $g$ of the output", "input $x$", "gradient of the input", "output", "grad", "data"]
    : ["input $x$", "gradient $g$", "output $a$", "gradient of the input", "data", "grad"];

  Stage.define("conv-gradient", {
    controls: {
      mode: { label: "layer", at: 0, options: ["convolution", "transposed"] },
      k: { label: "kernel size $k$", from: 2, to: 4, step: 1, at: 3, digits: 0 },
      s: { label: "stride $s$", from: 1, to: 3, step: 1, at: 2, digits: 0 },
      p: { label: "padding $p$", from: 0, to: 1, step: 1, at: 0, digits: 0 },
      i: { label: "row $i$", from: 1, to: places, step: 1, at: 2, digits: 0 },
      n: { label: "column $n$", from: 1, to: SIZE, step: 1, at: 3, digits: 0 },
    },

    numbers(state) {
      const { k, s, p, i, n } = state;
      const kernel = [1, 2, 3, 4].slice(0, k);
      const padded = [...Array(p).fill(0), ...INPUT, ...Array(p).fill(0)];
      const g = GRADIENT.slice(0, places(state));
      const table = g.map((_, row) => padded.map((__, column) => kernel[column - s * row] ?? 0));
      const columns = padded.map((_, column) => table.map((row) => row[column])).slice(p, p + SIZE);
      const spread = Array(padded.length + k - 1).fill(0);
      g.forEach((one, row) => (spread[k - 1 + s * row] = one));
      const flipped = [...kernel].reverse();
      return {
        kernel, padded, g, table, spread, flipped,
        across: table.map((row) => dot(row, padded)),
        down: columns.map((column) => dot(column, g)),
        slid: INPUT.map((_, place) => dot(flipped, spread.slice(p + place))),
        read: kernel.map((one, place) => [one, padded[s * (i - 1) + place]]),
        given: columns[n - 1].map((one, row) => [one, g[row]]).filter(([one]) => one),
      };
    },

    draw(pen, { padded, g, table, spread, flipped, across, down }, { mode, k, s, p, i, n }) {
      const [top, left, right, under, there, back] = names(mode);
      const size = Math.min(36, pen.width / 13.5);
      const x = (column) => (pen.width - 13.5 * size) / 2 + (4 + column) * size; // of an input's cell, from zero on
      const [side, edge] = [x(-2.5), x(SIZE + 1.5)];
      const cell = (at, y, value, look, strong, high = size) => {
        pen.rect(at, y, size, high, `cell ${look}`, strong ? 0.5 : 0.2);
        pen.text(at + size / 2, y + high / 2 + 5, String(value), "middle", strong ? "heavy" : "");
      };
      const faint = (at, y, value = 0, high = size) => {
        pen.text(at + size / 2, y + high / 2 + 5, String(value), "middle", "soft small");
      };

      // What stands above: one entry a column.
      pen.text(x(0), 14, top, "start");
      padded.forEach((value, place) => {
        const inside = place >= p && place < p + SIZE;
        if (inside) cell(x(place - p), 22, value, there, place >= s * (i - 1) && place < s * (i - 1) + k);
        else faint(x(place - p), 22);
      });

      // The table: one row a place of the kernel.
      const [head, foot] = [22 + size + 28, pen.height - 3 * size - 74];
      pen.text(side, head - 10, left, "start");
      pen.text(edge + size, head - 10, right, "end");
      const high = Math.min(size, (foot - head) / g.length);
      table.forEach((row, place) => {
        const y = head + place * high;
        const chosen = place === i - 1;
        cell(side, y, g[place], back, Boolean(row[p + n - 1]), high);
        row.forEach((weight, column) => {
          const inside = column >= p && column < p + SIZE;
          if (!inside && weight) faint(x(column - p), y, weight, high);
          if (inside && !weight) pen.rect(x(column - p), y, size, high, "cell", 0);
          if (inside && weight) cell(x(column - p), y, weight, "param", chosen && column === p + n - 1, high);
        });
        cell(edge, y, across[place], there, chosen, high);
      });
      const frame = (a, b, c, d, look) => pen.line([[a, b], [c, b], [c, d], [a, d], [a, b]], look);
      const end = head + g.length * high;
      frame(x(-p), head + (i - 1) * high, x(SIZE + p), head + i * high, there);
      frame(x(n - 1), head, x(n), end, back);
      pen.arrow(x(SIZE + p) + 2, head + (i - 0.5) * high, edge - 3, head + (i - 0.5) * high, "thin");

      // The column once more: zeros in between, the kernel flipped, and what comes back.
      const below = pen.height - 3 * size - 50;
      pen.text(x(0), below - 8, s > 1 ? `${left}, zeros in between` : left, "start");
      spread.forEach((value, place) => {
        const at = x(place - k + 1 - p);
        const stride = place >= k - 1 && place <= padded.length - 1;
        if (value) cell(at, below, value, back, false);
        else if (stride) pen.rect(at, below, size, size, `cell ${back}`, 0);
        if (!value) faint(at, below);
      });
      flipped.forEach((weight, place) => cell(x(n - k + place), below + size, weight, "param", false));
      const [beside, anchor] = n > 4 ? [x(n - k) - 8, "end"] : [x(n) + 8, "start"];
      pen.text(beside, below + 1.5 * size + 5, "kernel, flipped", anchor, "small");
      const last = pen.height - size - 24;
      pen.arrow(x(n - 0.5), below + 2 * size + 2, x(n - 0.5), last - 3, "thin");
      down.forEach((value, place) => cell(x(place), last, value, back, place === n - 1));
      pen.text(x(0), pen.height - 6, under, "start");
    },

    say({ read, given, across, down }, { mode, i, n }) {
      const sum = (terms, result) => terms.map(([a, b]) => `${a}·${b}`).join(" + ") + ` = ${result}`;
      const [row, column] = mode ? ["The gradient of input", "Output"] : ["Output", "The gradient of input"];
      const along = `${row} ${i} is ${sum(read, across[i - 1])}, along row ${i}.`;
      const downwards = given.length
        ? `${column} ${n} is ${sum(given, down[n - 1])}, down column ${n}.`
        : `${column} ${n} is 0: column ${n} is empty.`;
      return mode ? `${downwards} ${along}` : `${along} ${downwards}`;
    },
  });
})();
