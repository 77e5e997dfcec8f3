// The page: its cells, what is said aloud, and the small sign at its edge while Python is busy.
{
  const { make, session } = Live;
  const [said, dock] = [make("p", "visually-hidden"), make("div", "live-dock")];
  const [words, meter, stop] = [make("span"), make("progress"), make("button", "", "Stop")];

  Live.page = (sources) => (Live.cells = sources.map((source, index) => new Live.Cell(index + 1, source)));

  Live.above = (cell) => Live.cells.filter((other) => other.number < cell.number && !session.ran.has(other.number) && !session.waits(other));

  Live.announce = (text) => (said.textContent = text);

  session.watch = () => {
    for (const cell of Live.cells) for (const view of cell.views.values()) view.show();
    dock.hidden = !session.busy;
    const running = session.task === "Running" && session.current;
    words.textContent = running ? `Running cell ${session.current.number}` : session.task || "Starting Python";
    const bar = /** @type {HTMLProgressElement} */ (meter);
    if (session.progress === null) bar.removeAttribute("value");
    else bar.value = session.progress;
    bar.style.visibility = session.progress === null ? "hidden" : "";
  };

  // The first press: `place` is what the page has put where the buttons will be.
  Live.begin = async (block) => {
    const cells = new URL(String(document.querySelector("article")?.dataset.cells), location.href).href;
    Live.ready ??= Promise.all([Live.load(cells), Live.dress(`${Live.folder}live.css`)]);
    await Live.ready;
    const cell = Live.cells[Number(block.dataset.cell) - 1];
    const view = cell.viewOf(block);
    view.run.focus();
    view.cell.press(view);
  };

  said.setAttribute("role", "status");
  meter.setAttribute("aria-label", "Loaded");
  dock.setAttribute("role", "group");
  dock.setAttribute("aria-label", "Python");
  dock.hidden = true;
  stop.setAttribute("type", "button");
  stop.addEventListener("click", () => session.stop());
  dock.append(words, meter, stop);
  document.body.append(said, dock);
}
