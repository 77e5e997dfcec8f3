// The claim of the cover, as squares: the Jacobian measured by nudges, the formula, and two popular mistakes.
(() => {
  const softmax = (x) => {
    const grown = x.map((score) => Math.exp(score - Math.max(...x)));
    const sum = grown.reduce((total, one) => total + one, 0);
    return grown.map((one) => one / sum);
  };
  const table = (entry) => [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => entry(i, j, Number(i === j))));
  const NUDGE = 1e-5;

  Stage.define("claim", {
    controls: Object.fromEntries([0.5, -1, 2, 0].map((at, k) =>
      [`x${k + 1}`, { label: `score $x_${k + 1}$`, from: -3, to: 3, step: 0.1, at }])),

    numbers(state) {
      const x = [state.x1, state.x2, state.x3, state.x4];
      const p = softmax(x);
      const nudged = (j, by) => softmax(x.map((score, k) => (k === j ? score + by : score)));
      const measured = table((i, j) => (nudged(j, NUDGE)[i] - nudged(j, -NUDGE)[i]) / (2 * NUDGE));
      const versions = {
        formula: table((i, j, same) => p[i] * (same - p[j])),
        exchanged: table((i, j, same) => p[i] * (1 - p[j]) - same * p[i]),
        sign: table((i, j, same) => p[i] * (same + p[j])),
      };
      const off = (version) => Math.max(...version.flatMap((row, i) => row.map((one, j) => Math.abs(one - measured[i][j]))));
      return { measured, ...versions, off: [off(versions.formula), off(versions.exchanged), off(versions.sign)] };
    },

    draw(pen, { measured, formula, exchanged, sign, off }) {
      const boxes = pen.panels(4, 130, 16);
      const most = Math.max(...measured.flat().map(Math.abs));
      const names = ["measured by nudges", "the formula", "cases exchanged", "a sign lost"];
      const verdicts = ["", `equal to ${Math.floor(-Math.log10(off[0] + 1e-15))} decimals`,
        ...off.slice(1).map((by) => `off by ${Stage.show(by)}: rejected`)];
      [measured, formula, exchanged, sign].forEach((rows, k) => {
        const { x, y, w, h } = boxes[k];
        const size = Math.min((w - 4) / 4, (h - 56) / 4, 38);
        pen.text(x + w / 2, y + 16, names[k], "middle", "small");
        pen.cells(x + w / 2 - 2 * size, y + 26, size, rows, () => "", undefined, most);
        rows.forEach((row, i) => row.forEach((value, j) => {
          // The second cue of a sign: a stroke in squares that are negative.
          const [left, top] = [x + w / 2 + (j - 2 + 0.35) * size, y + 26 + (i + 0.5) * size];
          if (value < -0.02 * most) pen.line([[left, top], [left + 0.3 * size, top]], "thin");
        }));
        pen.text(x + w / 2, y + 26 + 4 * size + 19, verdicts[k], "middle", k > 1 ? "small param" : "small");
      });
    },

    say: ({ off }) =>
      `The formula agrees with the measurement to ${Math.floor(-Math.log10(off[0] + 1e-15))} decimals. With the cases ` +
      `exchanged it is off by ${Stage.show(off[1])}, with a sign lost by ${Stage.show(off[2])}.`,
  });
})();
