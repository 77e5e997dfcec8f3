// A digit to draw: it goes forward through every layer of the trained network, and the gradients come back.
(() => {
  const SIZE = 8;
  const { examples, ...packed } = Stage.data;
  /** @type {Record<string, Float32Array>} */
  const weights = {};
  for (const [name, text] of Object.entries(packed)) {
    weights[name] = new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  // Every product of a convolution with kernels of 3 × 3 on framed maps: the places of output, input and weight.
  // Forward, outputs collect inputs; backward, inputs collect outputs, through the same weights.
  function products(outs, ins, size, step, each) {
    const last = size / step;
    for (let o = 0; o < outs; o++) for (let i = 0; i < last; i++) for (let j = 0; j < last; j++)
      for (let c = 0; c < ins; c++) for (let p = 0; p < 3; p++) for (let q = 0; q < 3; q++) {
        const [u, v] = [i * step + p - 1, j * step + q - 1];
        if (u < 0 || v < 0 || u >= size || v >= size) continue;
        each((o * last + i) * last + j, (c * size + u) * size + v, ((o * ins + c) * 3 + p) * 3 + q);
      }
  }
  const convolve = (x, outs, ins, size, step, kernel, bias) => {
    const places = (size / step) ** 2;
    const a = Array.from({ length: outs * places }, (_, place) => bias[Math.floor(place / places)]);
    products(outs, ins, size, step, (out, from, k) => (a[out] += x[from] * kernel[k]));
    return a;
  };
  const back = (g, outs, ins, size, step, kernel) => {
    const x = new Array(ins * size * size).fill(0);
    products(outs, ins, size, step, (out, from, k) => (x[from] += g[out] * kernel[k]));
    return x;
  };
  const ramp = (a) => a.map((one) => Math.max(one, 0));
  const through = (bar, a) => bar.map((one, k) => one * (a[k] > 0 ? 1 : a[k] < 0 ? 0 : 0.5));

  /** @param {State} state */
  function numbers({ example, y, ink }) {
    const { K1, b1, K2, b2, W3, b3, mean } = weights;
    const counts = ink || [...examples[example]].map((letter) => parseInt(letter, 17));
    const x = counts.map((count, k) => count / 16 - mean[k]);
    const a1 = convolve(x, 8, 1, SIZE, 1, K1, b1);
    const h1 = ramp(a1);
    const a2 = convolve(h1, 16, 8, SIZE, 2, K2, b2);
    const h2 = ramp(a2);
    const scores = [...b3].map((bias, k) => h2.reduce((sum, one, j) => sum + one * W3[256 * k + j], bias));
    const top = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
    const p = scores.map((score) => Math.exp(score - top) / total);
    const g = p.map((one, k) => one - Number(k === y));
    const g2 = through(h2.map((_, j) => g.reduce((sum, one, k) => sum + one * W3[256 * k + j], 0)), a2);
    const g1 = through(back(g2, 16, 8, SIZE, 2, K2), a1);
    return { counts, h1, h2, p, loss: top + Math.log(total) - scores[y], g, g2, g1, xbar: back(g1, 8, 1, SIZE, 1, K1) };
  }

  // The field to draw on: where it was drawn last.
  let field = { x: 0, y: 0, w: 1, h: 1 };

  Stage.define("digit", {
    controls: {
      example: { label: "an example", at: 3, options: [..."0123456789"], also: { ink: null } },
      y: { label: "right answer", at: 3, options: [..."0123456789"] },
      blank: { label: "Clear, to draw your own", press: () => ({ ink: new Array(64).fill(0) }) },
    },
    numbers,

    draw(pen, { counts, h1, h2, p, g, g2, g1, xbar }, { y, cursor }) {
      const wide = pen.width > 560;
      const side = wide ? 158 : Math.min(124, pen.width * 0.4);
      const most = (values) => Math.max(1e-9, ...values.map(Math.abs));
      const ink = () => "bare";
      const sign = (value) => (value > 0 ? "bare grad" : "bare param");
      /** Draw square maps beside and below each other, four of them as tall as the image. */
      const maps = (x, top, values, size, columns, look, strongest) => {
        const rows = values.length / size ** 2 / columns;
        const cell = (side - 5 * (rows - 1)) / rows / size;
        values.forEach((value, k) => {
          const map = Math.floor(k / size ** 2);
          const [left, down] = [map % columns, Math.floor(map / columns)].map((place) => place * (size * cell + 5));
          const [row, column] = [Math.floor(k / size) % size, k % size];
          if (k % size ** 2 === 0) pen.rect(x + left, top + down, size * cell, size * cell, "frame");
          const strength = Math.abs(value) / strongest;
          if (strength < 0.04) return;
          pen.rect(x + left + column * cell, top + down + row * cell, cell, cell, look(value), 0.95 * strength);
        });
        return columns * (size * cell + 5) - 5;
      };
      const bars = (x, top, width, values, look, signed) => values.forEach((value, k) => {
        const [step, zero] = [side / 10, x + 16 + (signed ? (width - 16) / 2 : 0)];
        const length = value * (width - 18) * (signed ? 0.5 : 1);
        pen.text(x + 4, top + (k + 0.8) * step, String(k), "middle", k === y ? "tiny heavy" : "tiny soft");
        pen.rect(Math.min(zero, zero + length), top + k * step + 2, Math.abs(length), step - 4, look(value));
      });
      /** Draw the four stages of one pass, and the way between them; return where the image is. */
      const pass = (top, names, [picture, first, second, last], look, lastLook, signed) => {
        const gap = wide ? 30 : 48;
        const second0 = wide ? top : top + side + 34;
        const h1x = wide ? side + gap : 0;
        const h1w = maps(h1x, second0 + 24, first, SIZE, 2, look, most(first));
        const h2x = h1x + h1w + gap;
        const barsX = wide ? h2x + side + gap : side + gap;
        maps(0, top + 24, picture, SIZE, 1, look, signed ? most(picture) : 16);
        maps(h2x, second0 + 24, second, 4, 4, look, most(second));
        bars(barsX, top + 24, pen.width - barsX, last, lastLook, signed);
        [[side / 2, top], [h1x + h1w / 2, second0], [h2x + side / 2, second0], [(barsX + pen.width) / 2, top]].forEach(
          ([x, y0], k) => pen.text(x, y0 + 14, names[k], "middle", "small"));
        const middle = second0 + 24 + side / 2;
        const ways = wide ? [side, h1x + h1w, h2x + side] : [h1x + h1w];
        for (const from of ways) {
          const ends = [from + gap / 2 - 9, from + gap / 2 + 9];
          pen.arrow(ends[Number(signed)], middle, ends[Number(!signed)], middle, signed ? "grad solid" : "");
        }
        return { x: 0, y: top + 24, w: side, h: side };
      };
      field = pass(0, ["image $X$", "maps $H_1$", "maps $H_2$", "probabilities $p$"], [counts, h1, h2, p],
        ink, () => "fill data", false);
      pass(pen.height / 2 + 6, ["$∂L/∂X$", "$∂L/∂A_1$", "$∂L/∂A_2$", "$p − e_y$"], [xbar, g1, g2, g],
        sign, (value) => (value > 0 ? "fill grad" : "fill param"), true);
      if (cursor >= 0) {
        const cell = side / SIZE;
        pen.rect((cursor % SIZE) * cell, field.y + Math.floor(cursor / SIZE) * cell, cell, cell, "data");
      }
    },

    say({ p, loss, xbar }, { y }) {
      const read = p.indexOf(Math.max(...p));
      const place = xbar.indexOf(Math.min(...xbar));
      return `The network reads a ${read}, with probability ${Stage.show(p[read])}. If the right answer is ${y}, the ` +
        `loss is ${Stage.show(loss)}, and a little more ink in row ${Math.floor(place / SIZE) + 1}, column ` +
        `${place % SIZE + 1} would lower it fastest.`;
    },

    // Drawing: dots of a bitmap of 32 × 32, whose blocks of 4 × 4 are the pixels, as those of the data were made.
    attach(picture, state, change) {
      let dots = new Set();
      let drawing = false;
      const ink = () => {
        const counts = new Array(64).fill(0);
        for (const dot of dots) counts[SIZE * Math.floor(dot / 128) + Math.floor((dot % 32) / 4)] += 1;
        return counts;
      };
      const mark = (event) => {
        const box = picture.getBoundingClientRect();
        const [u, v] = [event.clientY - box.top - field.y, event.clientX - box.left - field.x].map((d) => 32 * d / field.w);
        if (u < 0 || v < 0 || u > 32 || v > 32) return false;
        for (let i = 0; i < 32; i++) for (let j = 0; j < 32; j++)
          if (Math.hypot(i + 0.5 - u, j + 0.5 - v) < 2.6) dots.add(32 * i + j);
        change({ ink: ink(), cursor: -1 });
        return true;
      };
      picture.addEventListener("pointerdown", (event) => {
        if (!state().ink || state().ink.every((count) => !count)) dots = new Set();
        drawing = mark(event);
        if (drawing) picture.setPointerCapture(event.pointerId);
      });
      picture.addEventListener("pointermove", (event) => drawing && mark(event));
      for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (drawing = false));

      picture.tabIndex = 0;
      picture.setAttribute("role", "application");
      picture.ariaLabel += " To draw by keys: arrows move over the image, space puts ink into a square or takes it away.";
      picture.addEventListener("keydown", (event) => {
        const moves = { ArrowUp: -SIZE, ArrowDown: SIZE, ArrowLeft: -1, ArrowRight: 1 };
        const cursor = state().cursor >= 0 ? state().cursor : 27;
        if (event.key in moves) change({ cursor: (cursor + moves[event.key] + 64) % 64 });
        else if (event.key === " ") {
          const counts = [...numbers(state()).counts];
          counts[cursor] = counts[cursor] ? 0 : 16;
          change({ ink: counts, cursor });
        } else return;
        event.preventDefault();
      });
    },
  });
})();
