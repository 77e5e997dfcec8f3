// Search: every word of the query must begin a word of the section; where it is found decides the order.
(function () {
  "use strict";
  const root = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const query = new URLSearchParams(location.search).get("q") || "";
  document.getElementById("search-field").value = query;

  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const words = [...new Set(plain(query).match(/[\p{L}\p{N}_]+/gu) || [])];
  const starts = (word) => new RegExp("(?<![\\p{L}\\p{N}])" + word, "u");
  const patterns = words.map(starts);
  const weights = { title: 8, names: 4, page: 2, text: 1 };

  function score(entry) {
    let total = 0;
    for (const pattern of patterns) {
      let best = 0;
      for (const [field, weight] of Object.entries(weights)) if (weight > best && pattern.test(plain(entry[field]))) best = weight;
      if (!best) return 0;
      total += best;
    }
    return total;
  }

  function excerpt(text) {
    const low = plain(text);
    const at = patterns.map((pattern) => low.search(pattern)).filter((place) => place >= 0);
    const start = at.length ? text.lastIndexOf(" ", Math.max(0, Math.min(...at) - 60)) + 1 : 0;
    const cut = text.slice(start, start + 220);
    const box = document.createElement("p");
    if (start > 0) box.append("… ");
    for (const part of cut.split(/([\p{L}\p{N}_]+)/u)) {
      const hit = patterns.some((pattern) => plain(part).search(pattern) === 0) && part.trim();
      if (hit) {
        const mark = document.createElement("mark");
        mark.textContent = part;
        box.append(mark);
      } else box.append(part);
    }
    if (start + 220 < text.length) box.append(" …");
    return box;
  }

  if (!words.length) {
    status.textContent = "Type a word, a name from the code, or the name of an equation.";
    return;
  }
  const found = (window.bookIndex || [])
    .map((entry) => [score(entry), entry])
    .filter(([points]) => points > 0)
    .sort((a, b) => b[0] - a[0])
    .slice(0, 50);
  status.textContent = found.length
    ? `${found.length === 50 ? "The first 50" : found.length} ${found.length === 1 ? "section" : "sections"} for “${query}”.`
    : `Nothing was found for “${query}”. Fewer or shorter words may help.`;
  for (const [, entry] of found) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.url;
    link.textContent = entry.title === entry.page ? entry.title : `${entry.page}: ${entry.title}`;
    item.append(link, excerpt(entry.text));
    root.append(item);
  }
})();
