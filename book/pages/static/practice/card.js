// A problem that a reader can answer: on its own page, or where a section ends. What is recognized stays in the browser.

/**
 * @typedef {{page: string, title: string, places: Record<string, [string, string]>, sections: Record<string, string>,
 *   problems: Record<string, Variant[]>}} Chapter
 */

var Practice = (() => {
  "use strict";
  const HINT_AFTER = 2;
  const home = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/_static\/.*/, "");
  /** @type {(name: string) => Promise<any>} */
  let load;

  /** Return the problems of a chapter, with what sets their formulas. @param {string} chapter @returns {Promise<Chapter>} */
  async function problemsOf(chapter) {
    await Promise.all([load("practice/katex"), load(`practice/${chapter}`)]);
    return /** @type {any} */ (window).practice[chapter];
  }

  /**
   * @param {string} tag @param {Record<string, any>} [properties] @param {(Node | string)[]} children
   * @returns {any}
   */
  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const LONG = 40; // a formula with more signs may break
  // The Markdown of problems: paragraphs, *emphasis*, `code`, and mathematics.
  const MARKS = /\$\$([^]*?)\$\$|\$([^$]*)\$|\*([^*]+)\*|`([^`]+)`/g;
  function formula(tex, displayMode) {
    const span = make("span", { className: "math" });
    katex.render(tex, span, { displayMode, throwOnError: false });
    return displayMode ? make("span", { className: "equation" }, make("span", { className: "equation-body" }, span)) : span;
  }
  /** @param {string} text */
  function paragraph(text) {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(MARKS)) {
      const [all, display, inline, emphasis, code] = found;
      parts.push(text.slice(end, found.index));
      end = found.index + all.length;
      if (emphasis) parts.push(make("em", {}, emphasis));
      else if (code) parts.push(make("code", {}, code));
      else if (display) parts.push(formula(display, true));
      else { // with the sign that follows, as on the rest of the page
        const [sign] = /^[),.;:?!]*/.exec(text.slice(end)) ?? [""];
        parts.push(make("span", { className: inline.length > LONG ? "whole long" : "whole" }, formula(inline, false), sign));
        end += sign.length;
      }
    }
    return [...parts, text.slice(end)];
  }
  /** @param {string} text */
  const rich = (text) => text.split(/\n\n+/).map((part) => make("p", {}, ...paragraph(part)));

  // Which problems have been answered. Where the page may not store, it lasts as long as the page.
  const recognized = {
    names: new Set(),
    read() {
      try {
        this.names = new Set(JSON.parse(localStorage.getItem("practice") ?? "[]"));
      } catch {}
      return this.names;
    },
    write(names) {
      this.names = names;
      try {
        localStorage.setItem("practice", JSON.stringify([...names]));
      } catch {}
      for (const show of counters) show();
    },
  };
  /** @type {(() => void)[]} */
  const counters = [];

  /** @param {Chapter} chapter @param {string} label */
  function link(chapter, label, before) {
    const place = chapter.places[label];
    return place ? [before, make("a", { href: home + place[0] }, place[1]), "."] : [];
  }

  /** Put a form under a question. @param {HTMLElement} card */
  function mount(card, first = 0) {
    const [chapterName, name] = (card.dataset.problem ?? "").split("/");
    const place = /** @type {HTMLElement} */ (card.querySelector(".try"));
    const expects = /** @type {HTMLElement} */ (card.querySelector(".expects"));
    let at = first, tries = 0;
    expects.id = `${name}-expects`;
    const options = card.querySelectorAll(".options > li").length;
    const matrix = /semicolon/.test(expects.textContent ?? "");
    const field = make(matrix ? "textarea" : "input", { autocomplete: "off", autocapitalize: "off", spellcheck: false });
    field.setAttribute("aria-describedby", expects.id);
    const letters = [..."abcdefgh"].slice(0, options)
      .map((value) => make("input", { type: "radio", name: `${name}-letter`, value }));
    const labels = letters.map((one) => make("label", {}, one, one.value));
    const answer = options
      ? make("fieldset", {}, make("legend", {}, "Your answer"), ...labels)
      : make("label", { className: "typed" }, "Your answer", field);
    const another = make("button", { type: "button" }, "Another variant");
    const form = make("form", { noValidate: true }, answer, make("button", { className: "main" }, "Check"), another);
    const told = make("div", { className: "told" });
    told.setAttribute("role", "status");
    const hint = make("details", { className: "box hint", hidden: true, open: true }, make("summary", {}, "Hint"), make("div"));
    place.replaceChildren(form, told, hint);

    /** @param {Verdict} verdict @param {Chapter} chapter */
    function tell(verdict, chapter) {
      const { kind, words, slip } = verdict;
      told.className = `told ${kind}`;
      const mistaken = slip && /^m(\d+)/.exec(slip.name);
      const named = mistaken ? `Mistake ${mistaken[1]}` : slip?.name.replace(/^./, (letter) => letter.toUpperCase());
      const head = { right: "Right", slip: named, form: "Not counted", near: "", other: "" }[kind];
      const parts = rich(words);
      if (head) parts[0].prepend(make("strong", {}, `${head}. `));
      if (slip) parts.at(-1).append(...link(chapter, slip.link, " More: "));
      told.replaceChildren(...parts);
      if (kind === "right") recognized.write(recognized.read().add(name));
      else if (kind !== "form" && (tries += 1) >= HINT_AFTER) hint.hidden = false;
    }

    /** Show a variant: its question, and behind presses its hint and its solution. @param {Chapter} chapter */
    function show(chapter) {
      const variant = chapter.problems[name][at];
      const question = /** @type {HTMLElement} */ (card.querySelector(".question"));
      question.replaceChildren(...rich(variant.question));
      const items = (variant.answer.options ?? []).map((text) => make("li", {}, ...rich(text)));
      if (options) question.append(make("ol", { className: "options" }, ...items));
      expects.textContent = `The answer is ${variant.answer.expects}.`;
      const solution = /** @type {HTMLDetailsElement | null} */ (card.querySelector("details.solution"));
      if (solution) {
        solution.open = false;
        const source = make("p", { className: "source" }, ...link(chapter, chapter.sections[name], "See "));
        solution.replaceChildren(solution.children[0], ...rich(variant.solution), source);
      }
      told.className = "told";
      told.replaceChildren();
      hint.hidden = true;
      tries = 0;
      form.reset();
    }
    const lost = () => told.replaceChildren("The problems could not be loaded.");

    const loading = () => problemsOf(chapterName).then((chapter) => {
      hint.lastElementChild.replaceChildren(...rich(chapter.problems[name][at].hint));
      return chapter;
    });
    form.addEventListener("focusin", () => loading().catch(lost), { once: true });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = options ? letters.find((one) => one.checked)?.value ?? "" : field.value;
      loading().then((chapter) => tell(Judging.judge(chapter.problems[name][at], text), chapter)).catch(lost);
    });
    another.addEventListener("click", () => {
      loading().then((chapter) => {
        at = (at + 1) % chapter.problems[name].length;
        show(chapter);
        return loading();
      }).then(() => (options ? letters[0] : field).focus()).catch(lost);
    });
    return { show, form };
  }

  /**
   * Make a card for a problem, with one of its variants.
   * @param {Chapter} chapter @param {string} chapterName @param {string} name
   */
  function made(chapter, chapterName, name) {
    const number = Object.keys(chapter.problems).indexOf(name) + 1;
    const variants = chapter.problems[name];
    const at = Math.floor(Math.random() * variants.length);
    const title = make("a", { href: `${home}${chapter.page}#${name}` }, `${chapter.title}, problem ${number}`);
    const empty = ["question", "expects", "try"].map((className) => make(className === "expects" ? "p" : "div", { className }));
    const card = make("section", { className: "problem" }, make("p", { className: "title" }, title), ...empty);
    card.dataset.problem = `${chapterName}/${name}`;
    card.ariaLabel = `Problem ${number}`;
    const { options, expects } = variants[at].answer;
    if (options) empty[0].append(make("ol", { className: "options" }, ...options.map(() => make("li"))));
    empty[1].textContent = expects;
    if (variants[at].solution) card.append(make("details", { className: "box solution" }, make("summary", {}, "Solution")));
    const { show, form } = mount(card, at);
    show(chapter);
    return { card, form };
  }

  /** Open the problems of a section, one after the other, under its line. @param {HTMLAnchorElement} line */
  async function open(line) {
    const chapterName = line.dataset.chapter ?? "", names = (line.dataset.problems ?? "").split(" ");
    const chapter = await problemsOf(chapterName);
    let next = 0;
    const turn = (event) => {
      event?.preventDefault();
      const before = line.parentElement?.nextElementSibling;
      if (before?.matches(".problem")) before.remove();
      const { card, form } = made(chapter, chapterName, names[next]);
      next = (next + 1) % names.length;
      line.textContent = names.length > 1 ? "Try the next" : "Try it anew";
      line.parentElement?.after(card);
      form.querySelector("input, textarea").focus({ preventScroll: true });
    };
    turn();
    line.addEventListener("click", turn);
  }

  /** Count what is recognized of the problems with these names. @param {HTMLElement} place @param {string[]} names */
  function count(place, names) {
    const show = () => {
      const found = recognized.read();
      place.textContent = `${names.filter((name) => found.has(name)).length} of ${names.length} right`;
    };
    counters.push(show);
    show();
  }

  /** Fill the bar above the problems of a page. @param {HTMLElement} bar @param {HTMLElement[]} cards */
  function fill(bar, cards) {
    const counter = make("span", { className: "count" });
    count(counter, cards.map((card) => (card.dataset.problem ?? "").split("/")[1]));
    const forget = make("button", { type: "button" }, "Forget");
    forget.addEventListener("click", () => recognized.write(new Set()));
    bar.append(counter, forget);
    const earlier = (bar.dataset.earlier ?? "").split(" ").filter(Boolean);
    if (!earlier.length) return;
    const mix = make("input", { type: "checkbox" });
    bar.append(make("label", {}, mix, " Mix in problems of earlier chapters"));
    mix.addEventListener("change", async () => {
      for (const card of document.querySelectorAll(".problem.earlier")) card.remove();
      if (!mix.checked) return;
      const chapters = await Promise.all(earlier.map(problemsOf));
      const found = recognized.read();
      const pool = chapters.flatMap((chapter, place) => Object.keys(chapter.problems)
        .map((name) => ({ chapter, name, of: earlier[place], key: Math.random() + Number(found.has(name)) })));
      pool.sort((one, other) => one.key - other.key); // what was right already comes last
      for (const [place, { chapter, of, name }] of pool.slice(0, cards.length).entries()) {
        const { card } = made(chapter, of, name);
        card.classList.add("earlier");
        cards[place].after(card);
      }
    });
  }

  /** Begin on a page. @param {(name: string) => Promise<any>} loader what loads a script of the book, once */
  function begin(loader) {
    load = loader;
    /** @type {HTMLElement[]} */
    const cards = [...document.querySelectorAll("[data-problem]")].map((card) => /** @type {HTMLElement} */ (card));
    for (const card of cards) mount(card);
    /** @type {HTMLElement | null} */
    const bar = document.querySelector(".practice-bar");
    if (bar && !bar.childElementCount) fill(bar, cards);
  }

  return { begin, open };
})();
