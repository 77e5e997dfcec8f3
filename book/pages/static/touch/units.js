// Two softplus units, three examples: what the units add up to, the risk, its gradient, and steps against it.
Stage.define("units", {
  controls: {
    a: { label: "$W_1$, unit 1", from: -6, to: 6, step: 0.1, at: 1 },
    b: { label: "$W_1$, unit 2", from: -6, to: 6, step: 0.1, at: 0.5 },
    c: { label: "$W_2$, unit 1", from: -6, to: 6, step: 0.1, at: 1 },
    d: { label: "$W_2$, unit 2", from: -6, to: 6, step: 0.1, at: 1 },
    e: { label: "$b_2$", from: -6, to: 6, step: 0.1, at: 0 },
    step: { label: "Step", press: (state) => Stage.parts.units.numbers(state).after(1) },
    steps: { label: "20 steps", press: (state) => Stage.parts.units.numbers(state).after(20) },
  },

  numbers({ a, b, c, d, e }) {
    const [inputs, truths] = [[-1, 0, 1], [1, 0, 1]];
    const softplus = (t) => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
    const sigmoid = (t) => 1 / (1 + Math.exp(-t));
    const at = (/** @type {number[]} */ [w, u, v, z, bias]) => {
      const units = [(x) => v * softplus(w * x), (x) => z * softplus(u * x)];
      const score = (x) => units[0](x) + units[1](x) + bias;
      const scores = inputs.map(score);
      const push = scores.map((o, i) => (sigmoid(o) - truths[i]) / 3);
      const sum = (each) => push.reduce((total, one, i) => total + one * each(inputs[i]), 0);
      return {
        units, score, scores, push,
        shares: scores.map(sigmoid),
        risk: scores.reduce((total, o, i) => total + softplus(truths[i] ? -o : o) / 3, 0),
        gradient: [
          sum((x) => v * sigmoid(w * x) * x), sum((x) => z * sigmoid(u * x) * x),
          sum((x) => softplus(w * x)), sum((x) => softplus(u * x)), sum(() => 1),
        ],
      };
    };
    const walk = (count) => {
      let place = [a, b, c, d, e];
      for (let k = 0; k < count; k++) {
        const { gradient } = at(place);
        place = place.map((value, i) => Math.min(6, Math.max(-6, value - gradient[i])));
      }
      return place;
    };
    const after = (count) => Object.fromEntries(walk(count).map((value, i) => ["abcde"[i], value]));
    return { ...at([a, b, c, d, e]), next: walk(1), later: at(walk(1)).risk, after };
  },

  draw(pen, { units, score, scores, push, risk, gradient }) {
    const roles = ["data", "param", ""];
    ["unit 1", "unit 2", "sum"].forEach((name, i) => {
      pen.line([[95 * i, 10], [95 * i + 26, 10]], roles[i]);
      pen.text(95 * i + 34, 15, name, "start", roles[i]);
    });
    const [left, right] = pen.panels(2, 240, 34);

    const most = [6, 20, 80].find((size) => scores.every((o) => Math.abs(o) < size)) || 80;
    const plane = pen.axes(left, [-1.5, 1.5], [-most, most], {
      title: "score of class 1", below: "input $x$", xticks: [-1, 0, 1], yticks: [-most, 0, most] });
    pen.line([[plane.x(-1.5), plane.y(0)], [plane.x(1.5), plane.y(0)]], "thin dash");
    [...units, score].forEach((each, i) =>
      pen.curve(plane, -1.5, 1.5, (x) => (Math.abs(each(x)) > most ? NaN : each(x)), roles[i]));
    scores.forEach((o, i) => {
      const [x, y] = [plane.x(i - 1), plane.y(o)];
      pen.arrow(x, y, x, y + 180 * push[i], "grad");
      if (i === 1) pen.rect(x - 4.5, y - 4.5, 9, 9, "filled");
      else pen.dot(x, y);
    });

    pen.text(right.x + right.w / 2, right.y + 15, `risk $R$ = ${Stage.show(risk, 3)}, and its gradient`);
    const reach = Math.max(0.2, ...gradient.map(Math.abs));
    const [from, to] = [right.x + 100, right.x + right.w - 58];
    const middle = (from + to) / 2;
    const tall = Math.min(34, (right.h - 40) / 5);
    ["$W_1$, unit 1", "$W_1$, unit 2", "$W_2$, unit 1", "$W_2$, unit 2", "$b_2$"].forEach((name, i) => {
      const y = right.y + 34 + tall * (i + 0.5);
      const long = (to - from) / 2 * gradient[i] / reach;
      pen.text(right.x, y + 5, name, "start");
      pen.rect(middle + Math.min(0, long), y - 7, Math.abs(long), 14, "fill grad");
      pen.text(right.x + right.w, y + 5, Stage.show(gradient[i], 3), "end");
    });
    pen.line([[middle, right.y + 34], [middle, right.y + 34 + 5 * tall]], "thin");
  },

  say({ shares, risk, later }, { a, b, c, d }) {
    const [first, second, third] = shares.map((one) => Stage.show(one));
    return `At −1, 0 and 1 the probability of class 1 is ${first}, ${second} and ${third}; it should be 1, 0 and 1. ` +
      `A step of size 1 against the gradient takes the risk from ${Stage.show(risk, 3)} to ${Stage.show(later, 3)}.` +
      (a === b && c === d ? " The units are twins, and the step leaves them twins." : "");
  },
});
