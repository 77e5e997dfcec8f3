// Three Jacobians and the two orders of multiplying them: the shapes, the cost of each product, and which is cheaper.
Stage.define("orders", {
  controls: {
    l: { label: "inputs $l$", from: 1, to: 14, step: 1, at: 12, digits: 0 },
    m: { label: "width $m$", from: 1, to: 14, step: 1, at: 8, digits: 0 },
    n: { label: "width $n$", from: 1, to: 14, step: 1, at: 6, digits: 0 },
    o: { label: "outputs $o$", from: 1, to: 14, step: 1, at: 2, digits: 0 },
  },

  numbers({ l, m, n, o }) {
    const parts = [[n * m * l, o * n * l], [o * n * m, o * m * l]];
    const costs = parts.map(([first, second]) => first + second);
    const sums = [1 / o + 1 / m, 1 / l + 1 / n];
    const cheaper = Math.sign(costs[0] - costs[1]);
    return { parts, costs, sums, cheaper, words: sums.map((sum) => Stage.show(sum, 4)) }; // enough to tell them apart
  },

  draw(pen, { parts, costs, words }, { l, m, n, o }) {
    const looks = ["data", "grad"];
    const bars = 104;
    const boxes = pen.panels(2, 240, bars);
    const matrix = (name, rows, columns, color = "") => ({ name, rows, columns, color });
    boxes.forEach((box, k) => {
      const look = looks[k];
      const [three, two, first, second] = k === 0
        ? [
          [matrix("$J_h$", o, n), matrix("$J_g$", n, m, look), matrix("$J_f$", m, l, look)],
          [matrix("$J_h$", o, n, look), matrix("$J_gJ_f$", n, l, look)], `${n}·${m}·${l}`, `${o}·${n}·${l}`,
        ]
        : [
          [matrix("$J_h$", o, n, look), matrix("$J_g$", n, m, look), matrix("$J_f$", m, l)],
          [matrix("$J_hJ_g$", o, m, look), matrix("$J_f$", m, l, look)], `${o}·${n}·${m}`, `${o}·${m}·${l}`,
        ];
      const gap = 28;
      const size = Math.max(1, Math.min((box.w - 15 - 2 * gap) / 42, (box.h - 92) / 28));
      [three, two].forEach((row, i) => {
        const count = i ? `then ${second} = ${parts[k][1]}` : `first ${first} = ${parts[k][0]}`;
        const y = box.y - bars + i * (box.h / 2 + 8);
        pen.text(box.x, y + 15, i ? "" : ["forward:", "reverse:"][k], "start", look);
        pen.text(box.x + (i ? 0 : 70), y + 15, count, "start");
        let x = box.x + 15;
        for (const { name, rows, columns, color } of row) {
          pen.rect(x, y + 42 + size * (14 - rows) / 2, size * columns, size * rows, color ? `fill ${color}` : "");
          pen.text(x + size * columns / 2, y + 36 + size * (14 - rows) / 2, name, "middle", color);
          x += size * columns + gap;
        }
      });
    });

    const [from, to] = [74, pen.width - 46];
    const scale = (to - from) / Math.max(...costs);
    costs.forEach((cost, k) => {
      const y = pen.height - bars + 16 + 46 * k;
      pen.text(0, y + 13, ["forward", "reverse"][k], "start", looks[k]);
      pen.rect(from, y, parts[k][0] * scale, 16, `fill ${looks[k]}`);
      pen.rect(from + parts[k][0] * scale, y, parts[k][1] * scale, 16, `fill ${looks[k]}`);
      pen.text(pen.width, y + 13, String(cost), "end");
      pen.text(from, y + 33, `$${["1/o + 1/m", "1/l + 1/n"][k]}$ = ${words[k]}`, "start", "soft small");
    });
  },

  say({ costs, words, cheaper }) {
    const [first, second] = words;
    const said = `Forward takes ${costs[0]} multiplications, reverse ${costs[1]}. `;
    if (!cheaper) return `${said}Both sums are ${first}: a tie.`;
    return `${said}The sum $1/o + 1/m$ = ${first} is ${cheaper > 0 ? "larger" : "smaller"} than $1/l + 1/n$ = ${second}, ` +
      `and ${cheaper > 0 ? "reverse" : "forward"} is cheaper.`;
  },
});
