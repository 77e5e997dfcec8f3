// What a page looks like, asked in the browser. Every function returns a list of complaints.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });

  // The nearest box around an element that does not simply let it stick out.
  function frame(element) {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (overflowX !== "visible") return [box.getBoundingClientRect(), ["auto", "scroll"].includes(overflowX)];
    }
    return [document.documentElement.getBoundingClientRect(), false];
  }

  // Sections far from the window are not laid out; a look at the whole page needs them all.
  function layOut() {
    const style = document.createElement("style");
    style.textContent = "* { content-visibility: visible !important }";
    document.head.append(style);
  }

  const pause = (time) => new Promise((done) => setTimeout(done, time));

  // The same, with what the page's script then does to them, and with the components that come into view.
  async function whole() {
    layOut();
    await pause(150);
    const waiting = all(".touch > [data-touch]:empty");
    for (const place of waiting) {
      place.scrollIntoView();
      for (let tries = 0; tries < 200 && place.matches(".touch > :empty"); tries++) await pause(25);
    }
    if (waiting.length) scrollTo(0, 0);
    const settled = (frames) => new Promise((done) => requestAnimationFrame(() => done(frames && settled(frames - 1))));
    await settled(2);
    return [];
  }

  // Wider than the window, or cut off where one cannot scroll to it.
  function cutOff() {
    const found = [];
    const width = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - width;
    if (over > 0) found.push(`the page is ${over} px too wide`);
    for (const part of all(".katex-html .base").filter(shown)) {
      const [box, scrolls] = frame(part);
      const own = part.getBoundingClientRect();
      const beyond = Math.max(own.right - Math.min(box.right, width), Math.max(box.left, 0) - own.left);
      const tex = part.closest(".katex").querySelector("annotation").textContent;
      if (beyond > 2 && !scrolls) found.push(`a formula is cut off by ${Math.round(beyond)} px: ${tex}`);
    }
    for (const box of all(".equation-body").filter(shown)) {
      if (box.scrollHeight > box.clientHeight + 2) found.push(`an equation is cut off below: ${box.parentElement.id}`);
    }
    for (const image of document.images) {
      if (image.getBoundingClientRect().right > width + 1) found.push(`a figure is too wide: ${image.src}`);
    }
    return found;
  }

  // On paper nothing scrolls.
  function tooWideForPaper() {
    const wide = (box) => box.scrollWidth > box.clientWidth + 2 || box.getBoundingClientRect().right > innerWidth + 1;
    const name = (box) => box.parentElement.id || box.textContent.trim().slice(0, 60);
    return all(".equation-body, .table-box, pre, figure")
      .filter((box) => shown(box) && wide(box))
      .map((box) => `wider than the paper: ${box.className || box.tagName}, ${name(box)}`);
  }

  // Text, set formulas, no TeX as it was typed.
  function blank() {
    layOut();
    const article = document.querySelector("article");
    if (!article || article.innerText.trim().length < 40) return ["there is no text"];
    const found = [];
    for (const formula of all(".katex").filter((one) => one.checkVisibility())) {
      const { width, height } = formula.querySelector(".katex-html").getBoundingClientRect();
      if (width < 1 || height < 1) found.push("a formula has no size: " + formula.textContent.slice(0, 60));
    }
    if (/\\\(|\$\$|\\frac|\\begin/.test(article.innerText)) found.push("TeX is shown as it was typed");
    return found;
  }

  // Everything that moved while the page loaded.
  function shifts() {
    return new Promise((done) => {
      const found = [];
      const name = ({ node }) => (node ? (node.outerHTML || node.textContent).slice(0, 60) : "?");
      // What is centered or at the end of a line moves, by less than this, when the second half of it is read.
      // What a reader opens may move what is below it.
      const note = (entry) =>
        entry.value >= 0.005 && !entry.hadRecentInput && found.push(`${entry.value.toFixed(4)} after ${Math.round(entry.startTime)} ms: ${entry.sources.map(name)}`);
      const observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
      observer.observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(found.map((shift) => "the layout shifted by " + shift)), 200);
    });
  }

  // Long tables whose columns the browser finds: it lays out all of the table anew with every row that arrives.
  function movingTables() {
    const found = all("table").filter((table) => table.rows.length >= 30 && getComputedStyle(table).tableLayout !== "fixed");
    return found.map((table) => "a table is laid out with every row anew: " + table.textContent.trim().slice(0, 60));
  }

  // Formulas whose punctuation has fallen to the next line, outside tables, whose cells may be narrower than one.
  function orphans() {
    const found = [];
    for (const formula of document.querySelectorAll("article .math:not(div)")) {
      const text = formula.nextSibling;
      if (!text || text.nodeType !== 3 || !/^[,.;:)]/.test(text.data) || !formula.checkVisibility() || formula.closest("td, th")) continue;
      const range = document.createRange();
      range.setStart(text, 0);
      range.setEnd(text, 1);
      const [sign, last] = [range.getBoundingClientRect(), [...formula.querySelectorAll(".base")].pop()];
      if (last && sign.top > last.getBoundingClientRect().bottom) found.push(formula.closest("p, li, td")?.textContent.slice(0, 80));
    }
    return found;
  }

  // Where the keyboard is, and what is wrong with that place.
  function stop() {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const label = at.labels && at.labels[0] ? at.labels[0].textContent : "";
    const faults = [];
    if (style.outlineStyle === "none" || !parseFloat(style.outlineWidth)) faults.push("shows no focus");
    if (!(at.getAttribute("aria-label") || at.innerText || label).trim()) faults.push("has no name");
    if (!box.width || !box.height || box.bottom <= 0 || box.top >= innerHeight) faults.push("is not in view");
    return { end: at === document.body, html: at.outerHTML.slice(0, 100), key: at.outerHTML.slice(0, 400), faults };
  }

  // Marks five of the texts of each kind: those of one color, size and weight on the same grounds have one contrast.
  // What is placed over other things is a ground of its own.
  function markSamples() {
    const [grounds, counts] = [new Map([[null, ""]]), new Map()];
    const ground = (box) => {
      if (!grounds.has(box)) {
        const style = getComputedStyle(box);
        const place = ["static", "relative"].includes(style.position) ? "" : grounds.size;
        const own = [style.backgroundColor, style.backgroundImage, style.filter, style.mixBlendMode, style.opacity, place];
        grounds.set(box, ground(box.parentElement) + (own.join() === "rgba(0, 0, 0, 0),none,none,normal,1," ? "" : `|${own}`));
      }
      return grounds.get(box);
    };
    const hasText = (element) =>
      element.matches("input, select, textarea") || [...element.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
    for (const element of all("body, body *")) {
      element.removeAttribute("data-sample");
      if (!hasText(element) || !shown(element)) continue;
      const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
      const kind = [element.localName, color, fontSize, fontWeight, textShadow, ground(element)].join();
      counts.set(kind, (counts.get(kind) || 0) + 1);
      if (counts.get(kind) <= 5) element.setAttribute("data-sample", "");
    }
    return [];
  }

  globalThis.looks = { whole, cutOff, tooWideForPaper, blank, shifts, movingTables, orphans, markSamples, stop };
})();
