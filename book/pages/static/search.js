// Search: sections in which every word is found, or begins a word, or nearly is one; if there is none, those with some.
(function () {
  "use strict";
  const [root, status, field] = ["results", "status", "field"].map((name) => document.getElementById(`search-${name}`));
  if (!root || !status || !(field instanceof HTMLInputElement)) return;
  const query = new URLSearchParams(location.search).get("q") || "";
  field.value = query;

  // Words that questions are made of, and words that readers type for what the book calls otherwise.
  const idle = new Set("a an and are by can do does for from how i in is it my not of on or the to was what when which why with".split(" "));
  const alike = {
    accuracy: ["mistakes"], argmax: ["largest"], autograd: ["automatic", "differentiation"], backprop: ["backpropagation"],
    bce: ["binary", "cross", "entropy"], ce: ["cross", "entropy"], col2im: ["input", "gradient"],
    crossentropy: ["cross", "entropy"], deconvolution: ["transposed", "convolution"], differences: ["gradient"],
    exploding: ["explodes"], fft: ["transform"], finite: ["checking"], glorot: ["training", "starts"], gradcheck: ["gradient", "check"], he: ["training", "starts"],
    im2col: ["windows"], init: ["training", "starts"], initialization: ["training", "starts"], jvp: ["forward"], kaiming: ["training", "starts"],
    logsoftmax: ["log", "softmax"], logsumexp: ["log", "sum", "exp"], lse: ["log", "sum", "exp"], mse: ["squared", "error"],
    nan: ["overflow"], nll: ["cross", "entropy"], pool: ["pooling"], sgd: ["descent", "step"], vjp: ["reverse"], xavier: ["training", "starts"],
  };
  // Without its ending, a word finds its plural and its other forms.
  const stem = (word) => (word.length > 4 && !word.endsWith("ss") ? word.replace(/(?:ing|ed|es|e|s)$/, "") : word);
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const split = (text) => plain(text).match(/[\p{L}\p{N}]+/gu) || [];
  const typed = [...new Set(split(query))];
  const telling = typed.filter((word) => !idle.has(word));
  const words = telling.length ? telling : typed;

  const fields = ["title", "names", "page", "text"];
  const index = new MiniSearch({ fields, tokenize: split, processTerm: stem });
  const entries = window.bookIndex || [];
  index.addAll(entries.map((entry, id) => ({ id, ...entry })));
  const options = {
    boost: { title: 8, names: 3, page: 3 },
    prefix: (word) => word.length > 2,
    fuzzy: (word) => (word.length > 4 ? 0.2 : false),
    weights: { prefix: 0.6, fuzzy: 0.3 },
  };
  const meant = (word) => alike[word] || [];
  const either = (word) => ({
    combineWith: "OR",
    queries: [word, ...(meant(word).length ? [{ combineWith: "AND", queries: meant(word) }] : [])],
  });
  function find(combineWith) {
    return index.search({ combineWith, queries: words.map(either) }, options).slice(0, 50);
  }

  function excerpt(text, hits) {
    const parts = text.split(/([\p{L}\p{N}]+)/u);
    const isHit = (part) => hits.has(stem(plain(part)));
    const first = Math.max(0, parts.findIndex(isHit));
    const before = parts.slice(0, first).join("").length;
    const start = before > 60 ? Math.max(0, first - 17) : 0;
    const box = document.createElement("p");
    if (start > 0) box.append("… ");
    let length = 0;
    for (const part of parts.slice(start)) {
      if (length > 220) {
        box.append(" …");
        break;
      }
      length += part.length;
      if (isHit(part)) {
        const mark = document.createElement("mark");
        mark.textContent = part;
        box.append(mark);
      } else box.append(part);
    }
    return box;
  }

  if (!words.length) {
    status.textContent = "Type a word, a name from the code, or the name of an equation.";
    return;
  }
  const all = find("AND");
  const found = all.length ? all : find("OR");
  const sections = `${found.length === 50 ? "The first 50" : found.length} ${found.length === 1 ? "section" : "sections"}`;
  status.textContent = all.length
    ? `${sections} for “${query}”.`
    : found.length
      ? `No section has all of “${query}”. ${sections} with some of it.`
      : `Nothing was found for “${query}”. Fewer or shorter words may help.`;
  for (const { id, terms } of found) {
    const entry = entries[id];
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.url;
    link.textContent = entry.title === entry.page ? entry.title : `${entry.page}: ${entry.title}`;
    item.append(link, excerpt(entry.text, new Set(terms)));
    root.append(item);
  }
})();
