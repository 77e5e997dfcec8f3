// A nudge at a point: the forward, the backward and the central difference quotient, at a kink and where it is rounded.
Stage.define("kink", {
  controls: {
    which: { label: "function", at: 0, options: ["ramp", "softplus", "|x|", "|x|, rounded", "step", "sigmoid"] },
    k: { label: "steepness $k$", from: 1, to: 20, step: 1, at: 4, digits: 0 },
    x: { label: "point $x$", from: -1, to: 1, step: 0.05, at: 0, digits: 2 },
    e: { label: "nudge $ε$", from: 0.01, to: 1, step: 0.01, at: 0.5, digits: 2 },
  },

  numbers({ which, k, x, e }) {
    const sigmoid = (t) => 1 / (1 + Math.exp(-k * t));
    const softplus = (t) => Math.max(t, 0) + Math.log1p(Math.exp(-k * Math.abs(t))) / k;
    const step = (t) => (Math.sign(t) + 1) / 2;
    const f = [(t) => Math.max(t, 0), softplus, Math.abs, (t) => softplus(t) + softplus(-t), step, sigmoid];
    const away = [step, sigmoid, Math.sign, (t) => 2 * sigmoid(t) - 1, () => 0, (t) => k * sigmoid(t) * sigmoid(-t)];
    const rounded = which % 2 === 1;
    const g = f[which];
    const quotients = [
      (by) => (g(x + by) - g(x)) / by,
      (by) => (g(x) - g(x - by)) / by,
      (by) => (g(x + by) - g(x - by)) / (2 * by),
    ];
    return {
      rounded,
      value: g(x),
      quotient: quotients.map((one) => one(e)),
      slope: rounded || x ? away[which](x) : NaN,
      f: g,
      other: f[which + (rounded ? -1 : 1)],
      quotients,
    };
  },

  draw(pen, { rounded, value, quotient, slope, f, other, quotients }, { which, k, x, e }) {
    const roles = ["data", "param", "grad"];
    const kind = Math.floor(which / 2);
    const names = ["forward", "backward", "central"];
    ["$(f(x + ε) − f(x)) / ε$", "$(f(x) − f(x − ε)) / ε$", "$(f(x + ε) − f(x − ε)) / 2ε$"].forEach((formula, i) => {
      const y = 15 + 23 * i;
      pen.line([[0, y - 5], [26, y - 5]], roles[i]);
      pen.text(34, y, names[i], "start", roles[i]);
      pen.text(120, y, formula, "start", "soft small");
      pen.text(Math.min(pen.width, 360), y, Stage.show(quotient[i]), "end");
    });
    const [left, right] = pen.panels(2, 220, 72);

    const [low, high] = [-0.8, 2.3];
    const plane = pen.axes(left, [-2, 2], [low, high], { title: "function $f$", below: "$x$", xticks: [-2, 0, 2], yticks: [0, 1, 2] });
    pen.curve(plane, -2, 2, other, "thin dash", 400);
    pen.curve(plane, -2, 2, f, "", 400);
    quotient.forEach((steep, i) => {
      const through = i === 2 ? f(x - e) + e * steep : value; // the central secant runs beside the point
      const ends = steep ? [low, high].map((y) => x + (y - through) / steep).sort((a, b) => a - b) : [-2, 2];
      const [from, to] = [Math.max(-2, ends[0]), Math.min(2, ends[1])];
      pen.line([from, to].map((t) => [plane.x(t), plane.y(through + steep * (t - x))]), roles[i]);
    });
    for (const at of [x - e, x, x + e]) pen.dot(plane.x(at), plane.y(f(at)), "", at === x ? 4.5 : 3);

    const range = [[-0.3, 1.3], [-1.3, 1.3], [-0.3, 5.3]][kind];
    const course = pen.axes(right, [0, 1], range, {
      title: "difference quotient", below: "nudge $ε$", yticks: [[0, 0.5, 1], [-1, 0, 1], [0, 5]][kind] });
    if (rounded) {
      pen.line([[course.x(1 / k), course.y(range[0])], [course.x(1 / k), course.y(range[1])]], "thin dash");
      pen.text(course.x(1 / k) + (k < 2 ? -6 : 6), course.y(range[1]) + 14, "$1/k$", k < 2 ? "end" : "start", "soft small");
    }
    if (isFinite(slope)) pen.dot(course.x(0), course.y(slope), "", 3);
    const within = (height) => (height > range[0] && height < range[1] ? height : NaN);
    quotients.forEach((one, i) => {
      pen.curve(course, 0.005, 1, (by) => within(one(by)), roles[i], 400);
      if (isFinite(within(quotient[i]))) pen.dot(course.x(e), course.y(quotient[i]), roles[i]);
    });
  },

  say({ rounded, quotient, slope }, { which, k, x, e }) {
    const [forward, backward, central] = quotient.map((one) => Stage.show(one));
    const said = `At $x$ = ${Stage.show(x)}, a nudge of ${Stage.show(e)} gives ${forward} forward, ${backward} backward, and ${central} central. `;
    if (rounded) {
      return `${said}The slope is ${Stage.show(slope)}; the nudge is ${Stage.show(e * k)} times $1/k$, the width of the bend.`;
    }
    if (!x) {
      return said + (which < 4 ? "The two sides never agree, however small the nudge: there is no derivative."
        : "The smaller the nudge, the larger the quotients: there is no derivative.");
    }
    const size = Math.abs(x);
    return said + (size < e || (which === 4 && size === e)
      ? `The nudge reaches ${size < e ? "across zero" : "zero"}; the slope is ${Stage.show(slope)}.`
      : "All three are the slope, since the nudge stays on one side of zero.");
  },
});
