// The three traces of one program, step by step along its graph: values, tangents, adjoints; and what they predict.
(() => {
  "use strict";
  const NAMES = ["$x_1$", "$x_2$", "$v_1$", "$v_2$", "$v_3$", "$v_4$", "$v_5$", "$v_6$"];
  const HOW = ["", "", "$x_1$ + $x_2$", "1/$v_1$", "$x_2$²", "cos $x_1$", "$v_2$ + $v_3$", "$v_5$ + $v_4$"];
  const PLACES = [[-1, 0], [1, 0], [0, 1], [0, 2], [1.45, 2], [-1.45, 2], [0.75, 3], [-0.35, 4]];
  const [VALUES, ADJOINTS] = [0, 3];
  const number = (value) => Stage.show(value, 4).replace(/\.?0+$/, "");
  const within = (value) => (value < 0 ? `(${number(value)})` : number(value));

  function run(x1, x2) {
    const v1 = x1 + x2;
    const [v2, v3, v4] = [1 / v1, x2 * x2, Math.cos(x1)];
    return [x1, x2, v1, v2, v3, v4, v2 + v3, v2 + v3 + v4];
  }

  Stage.define("autodiff-steps", {
    controls: {
      trace: { label: "trace", at: ADJOINTS, options: ["values", "tangents (1, 0)", "tangents (0, 1)", "adjoints"] },
      done: { label: "steps done", from: 0, to: 6, step: 1, at: 6, digits: 0 },
      x1: { label: "$x_1$", from: 1, to: 6, step: 0.1, at: 3 },
      x2: { label: "$x_2$", from: 1, to: 8, step: 0.1, at: 6 },
      a: { label: "nudge of $x_1$", from: -0.5, to: 0.5, step: 0.1, at: 0 },
      b: { label: "nudge of $x_2$", from: -0.5, to: 0.5, step: 0.1, at: 0.5 },
      next: { label: "Next step", press: ({ done }) => ({ done: (done + 1) % 7 }) },
    },

    numbers({ trace, done, x1, x2, a, b }) {
      const values = run(x1, x2);
      // Who reads whom, and the local partial derivative.
      const arrows = [[2, 0, 1], [2, 1, 1], [3, 2, -1 / values[2] ** 2], [4, 1, 2 * x2], [5, 0, -Math.sin(x1)],
        [6, 3, 1], [6, 4, 1], [7, 6, 1], [7, 5, 1]];
      const tangents = [Number(trace === 1), Number(trace === 2), 0, 0, 0, 0, 0, 0];
      for (const [i, j, partial] of arrows) tangents[i] += partial * tangents[j];
      const back = (/** @type {number} */ steps) => {
        const adjoints = [0, 0, 0, 0, 0, 0, 0, 1];
        for (let i = 7; i > 7 - steps; i--) {
          for (const [reader, j, partial] of arrows) if (reader === i) adjoints[j] += adjoints[i] * partial;
        }
        return adjoints;
      };
      const [gradient, far] = [back(6), run(x1 + a, x2 + b)];
      return {
        values, arrows, tangents, gradient, adjoints: back(done), then: back(Math.min(done + 1, 6)),
        predicted: gradient[0] * a + gradient[1] * b, change: far[7] - values[7],
      };
    },

    draw(pen, { values, arrows, tangents, adjoints, predicted, change }, { trace, done }) {
      const unit = Math.min(pen.width / 4.15, 112);
      const [wide, tall] = [1.2 * unit, 46];
      const pitch = (pen.height - tall - 4) / 4;
      const at = (i) => [pen.width / 2 + PLACES[i][0] * unit, tall / 2 + 2 + PLACES[i][1] * pitch];
      const next = done < 6 ? trace === ADJOINTS ? 7 - done : 2 + done : -1;

      for (const [i, j, partial] of arrows) {
        const [[fromX, fromY], [toX, toY]] = [at(j), at(i)];
        const [x, y] = [fromX + 0.25 * (toX - fromX), fromY + tall / 2 + 2];
        const [endX, endY] = [toX + 0.12 * (fromX - toX), toY - tall / 2 - 3];
        const now = i === next;
        const side = PLACES[i][0] + PLACES[j][0] >= 0 && i + j !== 9 ? 1 : -1; // where it meets no other arrow
        const anchor = side > 0 ? "start" : "end";
        const [middle, height] = [(x + endX) / 2 + 8 * side, (y + endY) / 2 + 6];
        if (now && trace === ADJOINTS) pen.arrow(endX, endY, x, y, "grad solid");
        else pen.arrow(x, y, endX, endY, now ? trace === VALUES ? "data" : "grad solid" : "thin");
        if (trace === VALUES) continue;
        pen.text(middle, height, number(partial), anchor, "soft small");
        const passed = partial * (trace === ADJOINTS ? adjoints[i] : tangents[j]);
        if (now) pen.text(middle, height + 16, number(passed), anchor, "grad heavy small");
      }
      NAMES.forEach((name, i) => {
        const [x, y] = at(i);
        const start = x - wide / 2 + 8;
        const forward = i < 2 + done; // this step has been done
        const look = trace === VALUES ? "data" : "grad";
        if (i === next) pen.rect(x - wide / 2, y - tall / 2, wide, tall, `cell ${look}`, 0.12);
        pen.rect(x - wide / 2, y - tall / 2, wide, tall, i === next ? look : "thin");
        const known = trace !== VALUES || forward;
        pen.text(start, y - 4, known ? `${name} = ${number(values[i])}` : name, "start", known ? "data small" : "soft small");
        if (trace === VALUES || (trace !== ADJOINTS && !forward)) return;
        const value = trace === ADJOINTS ? adjoints[i] : tangents[i];
        pen.text(start, y + 16, `${name} = ${number(value)}`, "start", "grad small");
        if (trace === ADJOINTS) pen.line([[start + 1, y + 5.5], [start + 8, y + 5.5]], "thin");
        else pen.dot(start + 5, y + 5.5, "grad", 0.8);
      });
      const [x, y] = [pen.width / 2 + 0.42 * unit, at(7)[1]];
      pen.text(x, y - 13, "change of $y$", "start", "small");
      pen.text(x, y + 4, `predicted ${number(predicted)}`, "start", "grad small");
      pen.text(x, y + 21, `true ${number(change)}`, "start", "data small");
    },

    say({ values, arrows, tangents, adjoints, gradient, then, predicted, change }, { trace, done, a, b }) {
      const i = trace === ADJOINTS ? 7 - done : 2 + done;
      const mine = arrows.filter(([reader]) => reader === i);
      let words = `All steps are done: $y$ = ${number(values[7])}. `;
      if (done === 6 && trace) {
        const slopes = trace === ADJOINTS ? gradient.slice(0, 2) : [tangents[7]];
        const names = trace === ADJOINTS ? "The derivatives by $x_1$ and $x_2$ are " : `The derivative by ${NAMES[trace - 1]} is `;
        words = `${names}${slopes.map(number).join(" and ")}. `;
      } else if (done < 6 && trace === VALUES) {
        words = `Next: ${NAMES[i]} = ${HOW[i]} = ${number(values[i])}. `;
      } else if (done < 6 && trace === ADJOINTS) {
        const parts = mine.map(([, j, partial]) =>
          `${number(adjoints[i] * partial)} to ${NAMES[j]}` + (adjoints[j] ? `, which makes ${number(then[j])}` : ""));
        words = `Next: ${NAMES[i]} hands ${parts.join(", and ")}. `;
      } else if (done < 6) {
        const parts = mine.map(([, j, partial]) => `${number(partial)}·${within(tangents[j])}`);
        words = `Next: ${NAMES[i]} moves at the speed ${parts.join(" + ")} = ${number(tangents[i])}. `;
      }
      const nudge = `(${Stage.show(a, 1)}, ${Stage.show(b, 1)})`;
      return `${words}For the nudge ${nudge}: predicted ${number(predicted)}, true ${number(change)}.`;
    },
  });
})();
