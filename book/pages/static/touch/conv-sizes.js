// The arithmetic of one direction of a layer: every window over the padded row, how many there are, and what none reads.
(() => {
  "use strict";
  const [COLUMNS, GUTTER] = [13, 32]; // nine inputs, two zeros on either side, and the names of the outputs

  Stage.define("conv-sizes", {
    controls: {
      i: { label: "input size $i$", from: 1, to: 9, step: 1, at: 8, digits: 0 },
      k: { label: "kernel size $k$", from: 1, to: 4, step: 1, at: 3, digits: 0 },
      s: { label: "stride $s$", from: 1, to: 4, step: 1, at: 2, digits: 0 },
      p: { label: "padding $p$", from: 0, to: 2, step: 1, at: 2, digits: 0 },
      d: { label: "dilation $d$", from: 1, to: 3, step: 1, at: 2, digits: 0 },
    },

    numbers({ i, k, s, p, d }) {
      const span = d * (k - 1) + 1;
      const travel = i + 2 * p - span;
      const size = travel < 0 ? 0 : Math.floor(travel / s) + 1;
      // The places that each window reads; the first input is at place 1, a zero before it at place 0.
      const window = (_, j) => Array.from({ length: k }, (__, entry) => s * j + d * entry + 1 - p);
      const windows = Array.from({ length: size }, window);
      const row = Array.from({ length: i + 2 * p }, (_, place) => place + 1 - p);
      const unread = row.filter((place) => !windows.some((places) => places.includes(place)));
      return {
        span, travel, size, windows, row, unread,
        inputs: unread.filter((place) => place >= 1 && place <= i),
        beyond: size ? travel % s : 0,
        outside: window(0, 0),
      };
    },

    draw(pen, { span, size: count, windows, row, unread, outside }, { i, s, p }) {
      const size = Math.min(34, (pen.width - GUTTER) / COLUMNS);
      const x = (place) => (pen.width - GUTTER - COLUMNS * size) / 2 + (place + 1) * size;
      for (const place of row) {
        const inside = place >= 1 && place <= i;
        const missed = unread.includes(place);
        pen.rect(x(place), 2, size, size, inside ? "cell data" : "cell", inside ? (missed ? 0.1 : 0.4) : 0);
        if (missed) pen.rect(x(place) + 2.5, 4.5, size - 5, size - 5, "thin dash");
        pen.text(x(place) + size / 2, size / 2 + 7, inside ? `$x_${place}$` : "0", "middle", missed ? "soft small" : "small");
      }
      const [top, bottom] = [size + 14, pen.height - 62];
      const high = Math.min(size, (bottom - top) / Math.max(count, 1));
      (count ? windows : [outside]).forEach((places, j) => {
        const y = top + j * high;
        places.forEach((place, entry) => {
          const hangs = place > i + p;
          pen.rect(x(place), y, size, high, hangs ? "param dash" : "cell param", hangs ? 1 : 0.25);
          pen.text(x(place) + size / 2, y + high / 2 + 5, `$w_${entry + 1}$`, "middle", "small");
        });
        if (count) pen.text(x(COLUMNS - 1) + 6, y + high / 2 + 5, `$y_${j + 1}$`, "start", "small");
      });
      if (!count) {
        pen.text(pen.width / 2, top + high + 26, "not even the first window fits", "middle");
        pen.text(pen.width / 2, pen.height - 8, `$k$′ = ${span} is more than $i$ + 2$p$ = ${i + 2 * p}`, "middle");
        return;
      }
      const start = pen.width / 2 - 96;
      pen.text(start - 4, pen.height - 34, "$o$", "end");
      pen.text(start, pen.height - 34, "= $⌊$($i$ + 2$p$ − $k$′)/$s$$⌋$ + 1", "start");
      pen.text(start, pen.height - 8, `= $⌊$(${i} + ${2 * p} − ${span})/${s}$⌋$ + 1 = ${count - 1} + 1 = ${count}`, "start");
    },

    say({ span, travel, size, beyond, inputs }, { i, k, s, p, d }) {
      const spans = `A window spans ${d}·(${k} − 1) + 1 = ${span}`;
      const all = i + 2 * p;
      if (!size) return `${spans} entries, and the row with its zeros has ${all}: no window fits, and there is no layer.`;
      const steps = `${size - 1} more step${size === 2 ? "" : "s"} of ${s}`;
      const missed = inputs.length ? ` No window reads ${inputs.map((place) => `$x_${place}$`).join(", ")}.` : "";
      const rest = ["none", "one", "two", "three"][beyond];
      return `${spans} of ${all} entries. The other ${travel} hold ${steps}, with ${rest} left over.${missed}`;
    },
  });
})();
