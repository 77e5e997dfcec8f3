// The session: one interpreter a page, and the cells that wait for it. A cell gets what happens by its methods
// `say`, `event` and `done`; whoever watches the session is told of every change.
{
  const waiting = [];
  let worker = null;
  let ready = false;
  let current = null;
  let task = ""; // what is being loaded

  const session = (Live.session = /** @type {any} */ ({
    ran: new Set(), // the numbers of the cells that this interpreter has run
    stopped: false, // whether an interpreter with variables was ended, and none of its cells has run since
    progress: null,
    since: 0,
    watch: () => {},
    get current() {
      return current;
    },
    get busy() {
      return Boolean(current || waiting.length || (worker && !ready));
    },
    get task() {
      return task;
    },
    waits: (cell) => cell === current || waiting.includes(cell),
  }));

  const first = () => Live.pack.first;
  const names = { numpy: "NumPy", matplotlib: "Matplotlib", scipy: "SciPy", sympy: "SymPy" };
  const size = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;
  Live.cost = () => size(Live.size(first()));

  function tell(text, /** @type {number | null} */ progress = null) {
    task = text;
    session.progress = progress;
    for (const cell of current ? [current, ...waiting] : waiting) cell.say(text);
    session.watch();
  }

  async function load(groups, title) {
    const all = Live.size(groups);
    const step = (here) => tell(`${title}: ${Math.round(here / 1e6)} of ${size(all)}`, here / all);
    step(0);
    return Live.fetch(groups, step);
  }

  function giveUp(reason) {
    worker?.terminate();
    worker = null;
    const cells = current ? [current, ...waiting] : [...waiting];
    [current, ready] = [null, false];
    waiting.length = 0;
    for (const cell of cells) cell.broken(reason);
    tell("");
  }

  async function begin() {
    const mine = (worker = new Worker(URL.createObjectURL(new Blob([`(${Live.worker})()`], { type: "text/javascript" }))));
    ready = false;
    mine.onmessage = ({ data }) => mine === worker && heard(data);
    mine.onerror = (event) => mine === worker && giveUp(event.message);
    try {
      const files = await load(first(), "Loading Python and NumPy");
      if (mine === worker) mine.postMessage({ begin: files });
    } catch (error) {
      if (mine === worker) giveUp(String(error));
    }
  }

  async function more(group) {
    const mine = worker;
    try {
      const files = await load([group], `Loading ${names[group]}`);
      if (mine !== worker) return;
      tell(`Starting ${names[group]}`);
      mine.postMessage({ given: group, files });
    } catch (error) {
      if (mine === worker) giveUp(String(error));
    }
  }

  function heard(data) {
    if (data.step) tell(data.step);
    if (data.ready) {
      ready = true;
      tell("");
      next();
    }
    if (data.need) more(data.need);
    if (data.running) {
      session.since = performance.now();
      tell("Running");
    }
    if (data.event) current?.event(data.event);
    if (data.broken) giveUp(data.broken);
    if (data.done) {
      const cell = current;
      current = null;
      session.ran.add(cell.number);
      session.stopped = false;
      if (!data.good) for (const other of waiting.splice(0)) other.dropped(cell);
      cell.done(data.good, data.seconds);
      next();
      session.watch();
    }
  }

  function next() {
    if (!ready || current || !waiting.length) return;
    current = waiting.shift();
    current.begins();
    worker.postMessage({ cell: { number: current.number, source: current.source } });
    session.watch();
  }

  session.run = (cells) => {
    for (const cell of cells) if (!waiting.includes(cell)) waiting.push(cell);
    if (!worker) begin();
    else next();
    session.watch();
  };

  // Only the end of its thread stops a loop. What the pack has loaded stays, so the next one needs no request.
  session.stop = () => {
    const cells = current ? [current, ...waiting] : [...waiting];
    worker?.terminate();
    const lost = session.ran.size > 0 || Boolean(current && ready);
    [worker, current, ready] = [null, null, false];
    waiting.length = 0;
    session.ran.clear();
    session.stopped = lost;
    for (const cell of cells) cell.ended();
    if (lost) begin();
    else tell("");
  };
}
