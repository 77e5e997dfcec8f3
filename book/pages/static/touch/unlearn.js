// A logit and the truth: how steep both losses are there, and how many steps of descent they take to unlearn it.
Stage.define("unlearn", {
  controls: {
    a: { label: "logit $a$", from: -10, to: 10, step: 0.1, at: -5 },
    dry: { label: "truth $y$", at: 0, options: ["1", "0"] },
  },

  numbers({ a, dry }) {
    const sign = dry ? -1 : 1; // the case y = 0 is the mirror of y = 1
    const sigmoid = (z) => 1 / (1 + Math.exp(-z));
    const goal = Math.log(9);
    // Of cross-entropy and of squared error, with the truth 1: the loss, the speed of descent, and the time to the goal.
    const losses = [
      (z) => Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
      (z) => sigmoid(-z) ** 2,
    ];
    const speeds = [(z) => sigmoid(-z), (z) => 2 * sigmoid(z) * sigmoid(-z) ** 2];
    const sums = [
      (z) => z + Math.exp(z),
      (z) => (-Math.exp(-z) + 3 * z + 3 * Math.exp(z) + Math.exp(2 * z) / 2) / 2,
    ];
    const paths = speeds.map((speed) => {
      const path = [sign * a];
      for (let z = path[0]; sigmoid(z) < 0.9; path.push(z)) z += speed(z);
      return path.map((z) => sigmoid(sign * z));
    });
    const loss = losses.map((one) => one(sign * a));
    const slope = speeds.map((speed) => -sign * speed(sign * a));
    const steps = paths.map((path) => path.length - 1);
    const small = (value) => Stage.show(value, Math.min(5, Math.max(2, 1 - Math.floor(Math.log10(Math.abs(value))))));
    return {
      f: sigmoid(a),
      loss,
      slope,
      steps,
      words: steps.map((count, i) => [Stage.show(loss[i]), small(slope[i]), count.toLocaleString("en-US")]),
      reached: paths.map((path) => path[path.length - 1]),
      time: sums.map((sum) => Math.max(0, sum(goal) - sum(Math.min(goal, sign * a)))),
      paths,
      lossAt: losses.map((one) => (at) => one(sign * at)),
      timeAt: sums.map((sum) => (at) => sum(goal) - sum(sign * at)),
    };
  },

  draw(pen, { loss, slope, words, steps, paths, lossAt, timeAt }, { a, dry }) {
    const roles = ["data", "param"];
    const columns = [0.24, 0.68, 1].map((share) => 140 + (pen.width - 146) * share);
    ["loss", "slope", "steps"].forEach((name, k) => pen.text(columns[k], 14, name, "end", "soft"));
    ["cross-entropy", "squared error"].forEach((name, i) => {
      const y = 38 + 23 * i;
      pen.line([[0, y - 5], [26, y - 5]], roles[i]);
      pen.text(34, y, name, "start", roles[i]);
      words[i].forEach((number, k) => pen.text(columns[k], y, number, "end"));
    });
    const [left, middle, right] = pen.panels(3, 150, 76);

    const ticks = [-5, 0, 5];
    const plane = pen.axes(left, [-10, 10], [0, 10], { title: "loss", below: "logit $a$", xticks: ticks });
    const goal = dry ? 0.1 : 0.9;
    const most = Math.max(...steps, 10);
    const climb = pen.axes(middle, [0, most], [0, 1], {
      title: "prediction $f$", below: "steps", xticks: [0], yticks: [Math.round(1 - goal), goal].sort() });
    pen.text(climb.x(most) + 6, climb.y(0) + 18, most.toLocaleString("en-US"), "end", "soft small");
    pen.line([[climb.x(0), climb.y(goal)], [climb.x(most), climb.y(goal)]], "thin dash");
    const law = pen.axes({ ...right, x: right.x + 30, w: right.w - 30 }, [-10, 10], [0, 4.1], {
      title: "steps needed", below: "first logit $a$", xticks: ticks, yticks: [] });
    for (const k of [0, 1, 2, 3]) pen.text(law.x(-10) - 6, law.y(k) + 5, String(10 ** k), "end", "soft small");

    roles.forEach((role, i) => {
      pen.curve(plane, -10, 10, lossAt[i], role);
      const [x, y] = [plane.x(a), plane.y(loss[i])];
      const reach = Math.min(4, 10 - a, 10 + a);
      pen.line([-reach, reach].map((by) => [plane.x(a + by), plane.y(loss[i] + slope[i] * by)]), "thin");
      pen.arrow(x, y, plane.x(a - 8 * slope[i]), y, "grad");
      pen.dot(x, y, role);

      const every = Math.ceil(steps[i] / 200) || 1;
      const shown = paths[i].map((f, k) => [climb.x(k), climb.y(f)]).filter((_, k) => k % every === 0 || k === steps[i]);
      pen.line(shown, role);
      pen.dot(...shown[shown.length - 1], role);

      pen.curve(law, -10, 10, (at) => (timeAt[i](at) < 1 ? NaN : Math.log10(timeAt[i](at))), role, 200);
      if (steps[i]) pen.dot(law.x(a), law.y(Math.log10(steps[i])), role);
    });
  },

  say({ f, words }, { dry }) {
    const said = `The truth is ${dry ? 0 : 1}, and the prediction is ${Stage.show(f, 5)}. `;
    const [[, , first], [, , second]] = words;
    if (first === "0") return `${said}That is right and sure enough: no step is needed.`;
    const pulls = words.map(([, pull]) => pull.replace("−", ""));
    return `${said}Cross-entropy pulls with ${pulls[0]}, squared error with ${pulls[1]}. With steps of size 1, ` +
      `the first needs ${first} to reach ${dry ? 0.1 : 0.9}, the second ${second}.`;
  },
});
