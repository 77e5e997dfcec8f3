// The book's script. Every page reads without it; it adds the theme switch, the current section, copy buttons, keyboard
// access to boxes that scroll, and opens what is closed when the page is printed or a link points into it.
(function () {
  "use strict";
  const page = document.documentElement;
  /** @returns {HTMLElement[]} */
  const all = (selector) => [...document.querySelectorAll(selector)];

  // What need not be there at once is made in the pauses of the page.
  const waiting = [];
  const idle = { didTimeout: false, timeRemaining: () => 10 };
  const pause = window.requestIdleCallback || ((task) => setTimeout(() => task(idle), 50));
  function work(deadline) {
    while (waiting.length && deadline.timeRemaining() > 4) waiting.shift()();
    if (waiting.length) pause(work);
  }
  const later = (each, elements) => waiting.push(...elements.map((element) => () => each(element)));

  // Theme: the system's, light, dark, in turn.
  const themes = ["system", "light", "dark"];
  const [button] = all(".theme");
  const [words] = all(".theme span");
  function label() {
    const theme = page.dataset.theme || "system";
    words.textContent = "Theme: " + theme;
    return theme;
  }
  if (button) {
    label();
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(label()) + 1) % themes.length];
      if (next === "system") delete page.dataset.theme;
      else page.dataset.theme = next;
      try {
        localStorage.setItem("theme", next);
      } catch (error) {
        // A page opened from a file, or in a private window, may not store: the choice then lasts as long as the page.
      }
      label();
    });
  }

  // All code of the page, checks and figures, opened and closed at once; the choice is remembered.
  const [switchOfCode] = all(".all-code");
  if (switchOfCode) {
    let shown = false;
    const show = (wanted) => {
      shown = wanted;
      for (const box of all(".check, .hidden-cell")) box.toggleAttribute("open", shown);
      switchOfCode.textContent = shown ? "Hide all checks and sources" : "Show all checks and sources";
    };
    try {
      if (localStorage.getItem("code") === "shown") show(true);
    } catch (error) {
      // As above.
    }
    switchOfCode.hidden = false;
    switchOfCode.addEventListener("click", () => {
      show(!shown);
      try {
        localStorage.setItem("code", shown ? "shown" : "folded");
      } catch (error) {
        // As above.
      }
    });
  }

  // A component (touch/): its script is loaded when its place comes near. Where that fails, the still figure stays.
  const folder = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/[^/]*$/, "");
  const loading = {};
  function load(name) {
    loading[name] ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      script.src = `${folder}${name}.js`;
      document.head.append(script);
    }).catch((error) => {
      delete loading[name]; // to be tried again
      throw error;
    });
    return loading[name];
  }
  async function touchable(place) {
    try {
      await load("touch/stage");
      await load(`touch/${place.dataset.touch}`);
      Stage.mount(place);
    } catch (error) {
      place.parentElement.classList.remove("touch");
      if (!(error instanceof Event)) throw error;
    }
  }
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        touchable(target);
      }
    },
    { rootMargin: "100% 0px" }
  );
  for (const place of all("[data-touch]")) near.observe(place);

  // Practice (practice/): on a page of problems, and where a section ends when somebody wants to try one.
  async function practice() {
    await load("practice/practice");
    Practice.begin(load);
  }
  if (all("[data-problem]").length) practice();
  for (const line of all(".try-one a")) {
    const link = /** @type {HTMLAnchorElement} */ (line);
    link.addEventListener(
      "click",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const follow = () => location.assign(link.href);
        practice().then(() => Practice.open(link)).catch(follow);
      },
      { once: true }
    );
  }

  // The section that is being read, in the list beside the text.
  const sectionOf = (link) => decodeURIComponent(link.hash.slice(1));
  const links = new Map(all(".page-nav a").map((link) => [sectionOf(link), link]));
  const inView = new Set();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target.id);
      const here = [...links.keys()].filter((id) => inView.has(id)).pop();
      for (const [id, link] of links) {
        link.classList.toggle("here", id === here);
        if (id === here) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-20% 0px -70%" }
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }

  // Copy buttons on cells.
  function addCopy(box) {
    const code = box.querySelector("pre");
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = "Copy";
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        copy.textContent = "Copied";
      } catch (error) {
        getSelection()?.selectAllChildren(code);
        copy.textContent = "Selected";
      }
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
    box.append(copy);
  }
  later(addCopy, all(".cell_input .highlight"));

  // Run: the script that does it is loaded at the first press, and its row of buttons takes the place of this one.
  function addRun(block) {
    const run = document.createElement("button");
    run.type = "button";
    run.className = "run";
    run.textContent = "Run";
    run.title = "Run this cell here";
    run.addEventListener("click", async () => {
      run.textContent = "Loading";
      try {
        await load("live/live");
        await Live.begin(block);
      } catch (error) {
        run.textContent = "Run: its script could not be read";
      }
    });
    block.append(run);
  }
  if (document.querySelector("[data-cells]")) later(addRun, all("[data-cell]"));

  // A box that scrolls is a tab stop, so that the keyboard can scroll it; one that does not is none.
  const names = { "equation-body": "Equation", "table-box": "Table", "output text_html": "Table" };
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1;
      if (!scrolls) {
        for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
        continue;
      }
      target.setAttribute("tabindex", "0");
      target.setAttribute("role", "group");
      target.setAttribute("aria-label", (names[target.className] || "Code") + ", scrolls sideways");
    }
  });
  later((box) => sizes.observe(box), all(".equation-body, .table-box, .text_html, pre"));
  pause(work);

  // A list of names in which one types to find one; Enter goes to the first that is left.
  for (const list of all(".names")) {
    const field = document.createElement("input");
    const title = document.createElement("label");
    field.type = "search";
    field.autocomplete = "off";
    title.append("Find a function ", field);
    list.prepend(title);
    const entries = [...list.querySelectorAll("li li")];
    const shelves = [...list.querySelectorAll("li:has(li)")];
    field.addEventListener("input", () => {
      const typed = field.value.trim().toLowerCase();
      for (const entry of entries) entry.toggleAttribute("hidden", !entry.textContent?.toLowerCase().includes(typed));
      for (const shelf of shelves) shelf.toggleAttribute("hidden", !shelf.querySelector("li:not([hidden])"));
    });
    field.addEventListener("keydown", (event) => {
      const link = list.querySelector("li li:not([hidden]) a");
      if (event.key === "Enter" && field.value && link) location.hash = link.getAttribute("href") ?? "";
    });
  }

  // A link into a closed box opens it, one to a function the box below it; printing opens all for the time being.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const below = target?.matches(".sig") ? target.nextElementSibling : null;
    const closed = target?.closest("details:not([open])") ?? below?.querySelector(":scope > .shelf:not([open])");
    if (!target || !closed) return;
    closed.toggleAttribute("open", true);
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();
  /** @type {HTMLElement[]} */
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const box of opened) box.toggleAttribute("open", true);
    for (const image of document.images) image.loading = "eager";
  });
  addEventListener("afterprint", () => {
    for (const box of opened) box.toggleAttribute("open", false);
  });

  // Search: Ctrl-K or / goes to the field.
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing)) {
      event.preventDefault();
      document.getElementById("search-field")?.focus();
    }
  });

  // The lists of chapters and of sections, opened as menus, close when they lead somewhere on the same page.
  for (const menu of all("nav[popover]")) {
    menu.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
    });
  }
})();
