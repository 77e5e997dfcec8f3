// Scores and a temperature: the shares, how each share moves with each score, and the entropy.
Stage.define("shares", {
  controls: {
    a: { label: "score $x_1$", from: -3, to: 3, step: 0.1, at: 0 },
    b: { label: "score $x_2$", from: -3, to: 3, step: 0.1, at: 0.7 },
    c: { label: "score $x_3$", from: -3, to: 3, step: 0.1, at: 1.1 },
    T: { label: "temperature $T$", from: 0.1, to: 5, step: 0.1, at: 1 },
  },

  numbers({ a, b, c, T }) {
    const at = (temperature) => {
      const top = Math.max(a, b, c);
      const grown = [a, b, c].map((score) => Math.exp((score - top) / temperature));
      const sum = grown[0] + grown[1] + grown[2];
      return grown.map((one) => one / sum);
    };
    const entropy = (p) => -p.reduce((sum, one) => sum + (one ? one * Math.log(one) : 0), 0);
    const p = at(T);
    return {
      p,
      jacobian: p.map((one, i) => p.map((other, j) => one * (Number(i === j) - other) / T)),
      entropy: entropy(p),
      entropyAt: (temperature) => entropy(at(temperature)),
    };
  },

  draw(pen, { p, jacobian, entropy, entropyAt }, { T }) {
    const [bars, table, curve] = pen.panels(3);
    const scale = pen.axes(bars, [0.4, 3.6], [0, 1], { title: "shares $p_i$", xticks: [1, 2, 3] });
    p.forEach((share, i) => {
      const [left, top] = [scale.x(i + 0.7), scale.y(share)];
      pen.rect(left, top, scale.x(i + 1.3) - left, scale.y(0) - top, "fill data");
      pen.text(scale.x(i + 1), top - 6, Stage.show(share));
    });

    const size = Math.min(table.w / 3, (table.h - 52) / 3, 64);
    const [x, y] = [table.x + (table.w - 3 * size) / 2, table.y + 30];
    pen.text(table.x + table.w / 2, table.y + 15, "$∂p_i/∂x_j$");
    pen.cells(x, y, size, jacobian, (value) => Stage.show(value), undefined, 0.25 / T);
    pen.text(table.x + table.w / 2, y + 3 * size + 18, "each row sums to 0", "middle", "soft small");

    const most = Math.log(3);
    const plot = pen.axes(curve, [0, 5], [0, 1.2], {
      title: "entropy", below: "temperature $T$", xticks: [0, 1, 2, 3, 4, 5], yticks: [0, 0.5, 1] });
    pen.line([[plot.x(0), plot.y(most)], [plot.x(5), plot.y(most)]], "thin dash");
    pen.text(plot.x(5), plot.y(most) - 5, "ln 3", "end", "soft small");
    pen.curve(plot, 0.05, 5, entropyAt, "data");
    pen.dot(plot.x(T), plot.y(entropy), "data");
  },

  say: ({ p, jacobian, entropy }) =>
    `$p$ = (${p.map((one) => Stage.show(one)).join(", ")}), entropy ${Stage.show(entropy)}. ` +
    `Raise $x_1$ a little: $p_1$ grows at the rate ${Stage.show(jacobian[0][0])}, and $p_2$ and $p_3$ give it, ` +
    `at the rates ${Stage.show(-jacobian[1][0])} and ${Stage.show(-jacobian[2][0])}.`,
});
