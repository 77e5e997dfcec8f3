// What a cell shows: text, verdicts as the page has them, failures, tables, and figures in the ink of the page.
{
  const { make } = Live;
  const VERDICT = /^✓ (eq-[\w-]+) +([^;\n]+); rejects: (.+)$/;
  const FAILED = /^(eq-[\w-]+)(?: does not hold| has no bite)?:? ?/;
  const [INK, ROLES] = ["#1a1b1c", { "#0072b2": "data", "#d55e00": "param", "#009e73": "grad" }];
  const STYLE =
    "<style>:root{color:#1a1b1c;--data:#0072b2;--param:#d55e00;--grad:#009e73}" +
    "@media (prefers-color-scheme:dark){:root{color:#e4e2dd;--data:#5aaae0;--param:#f0883e;--grad:#36b98d}}</style>";

  // The number of an equation as a link to it; its name where this page has none.
  function equation(label) {
    const number = document.getElementById(`equation-${label}`)?.querySelector(".eqno")?.textContent;
    if (!number) return make("code", "", label);
    const link = make("a", "", number);
    link.setAttribute("href", `#equation-${label}`);
    return link;
  }

  function item(sign, label, words, rest = "") {
    const line = make("li", sign === "cross" ? "failed" : "");
    const text = make("p");
    text.append(make("span", sign), make("span", "visually-hidden", sign === "cross" ? "Fails: " : "Holds: "), equation(label), ` ${words}`);
    if (rest) text.append("; ", make("span", "rejects", rest));
    line.append(text);
    return line;
  }

  function block(text, name = "") {
    const box = make("div", `highlight ${name}`);
    box.append(make("pre", "", text));
    return box;
  }

  // A box that scrolls is a tab stop.
  Live.scrolls = (place) => {
    for (const box of [place, ...place.querySelectorAll("pre, .output")]) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (!scrolls || getComputedStyle(box).overflowX === "visible") continue;
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Your output, scrolls");
    }
  };

  Live.Outputs = class {
    constructor(place) {
      this.place = place;
      /** @type {any} */
      this.last = null;
      this.text = "";
      /** @type {string[]} */
      this.figures = [];
      this.sizes = {};
      this.counts = { holds: 0, fails: 0 };
      this.clear();
    }

    clear() {
      this.place.replaceChildren();
      this.text = "";
      this.last = null;
      this.figures = [];
      this.counts = { holds: 0, fails: 0 };
    }

    // Text comes in pieces; a line is looked at when it is whole.
    stream({ name, text }) {
      this.text += text;
      const lines = this.text.split("\n");
      this.text = lines.pop() ?? "";
      for (const line of lines) this.line(line, name);
    }

    rest() {
      if (this.text) this.line(this.text, "stdout");
      this.text = "";
    }

    line(line, name) {
      const found = VERDICT.exec(line);
      if (found) {
        this.counts.holds++;
        this.list().append(item("tick", found[1], found[2], `rejects: ${found[3]}`));
        return;
      }
      if (this.last?.name !== name) {
        this.last = { name, pre: block("", name === "stderr" ? "warned" : "") };
        this.place.append(this.last.pre);
      }
      const pre = this.last.pre.firstChild;
      pre.append(`${pre.textContent ? "\n" : ""}${line}`);
    }

    list() {
      if (this.last?.name !== "verdicts") {
        this.last = { name: "verdicts", list: make("ul", "verdicts") };
        this.place.append(this.last.list);
      }
      return this.last.list;
    }

    value({ text }) {
      this.rest();
      this.last = null;
      this.place.append(block(text));
    }

    html({ html }) {
      this.rest();
      this.last = null;
      const box = make("div", "output text_html");
      box.innerHTML = html;
      this.place.append(box);
    }

    glue({ name, text }) {
      this.line(`${name} = ${text}`, "glue");
    }

    figure({ svg }) {
      this.rest();
      this.last = null;
      let drawn = svg.slice(svg.indexOf("<svg")).replaceAll(INK, "currentColor");
      for (const [color, role] of Object.entries(ROLES)) drawn = drawn.replaceAll(color, `var(--${role})`);
      drawn = drawn.replace(/<svg\b[^>]*>/, (tag) => tag + STYLE);
      this.figures.push(`data:image/svg+xml,${encodeURIComponent(drawn)}`);
      const [width, height] = ["width", "height"].map((side) => new RegExp(`${side}="([\\d.]+)pt"`).exec(svg)?.[1]);
      this.sizes = { width: Math.round((Number(width) * 4) / 3), height: Math.round((Number(height) * 4) / 3) };
    }

    // A claim that fails looks like a verdict, and says what a verdict says.
    error({ name, text, trace }) {
      this.rest();
      this.last = null;
      const label = name === "ClaimFailed" && FAILED.exec(text);
      if (label) {
        this.counts.fails++;
        const list = make("ul", "verdicts failure");
        list.append(item("cross", label[1], text.slice(label[1].length).trim().replace(/^: /, "")));
        this.place.append(list);
      } else this.place.append(block(trace.trimEnd(), "failure"));
    }

    // In a sentence, for those who hear it.
    said() {
      const { holds, fails } = this.counts;
      const parts = [];
      if (holds) parts.push(holds === 1 ? "one claim holds" : `${holds} claims hold`);
      if (fails) parts.push("one claim fails");
      if (this.figures.length) parts.push("a figure was drawn");
      return parts.join(", ");
    }
  };
}
