// What JupyterLab makes of a page, asked in the browser. `looked` and `rendered` return complaints.
(() => {
  const app = window.jupyterapp;
  const errors = ".text-yellow-600, .text-red-500, .katex-error, pre[title], .katex [style*='rgb(204, 0, 0)'], .katex [style*='#cc0000']";
  const source = /\{[a-z][\w:-]*\}|:::|```|\\[a-zA-Z]+|\$/;
  const code = "code, pre, .katex";

  // Formulas, references and citations that JupyterLab could not read; names of roles and directives it does not know.
  function looked(node) {
    const found = [...node.querySelectorAll(errors)].map((element) => `error: ${element.title || element.textContent}`);
    for (const summary of node.querySelectorAll("summary")) {
      if (summary.textContent.includes("Unknown Directive")) found.push(summary.textContent);
    }
    for (const span of node.querySelectorAll("span:not([class])")) {
      if (!span.children.length && !span.closest(code)) found.push(`unknown role: ${span.textContent}`);
    }
    for (const image of node.querySelectorAll("img")) {
      if (!image.complete || !image.naturalWidth) found.push(`no picture: ${image.src}`);
    }
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (!parentElement.closest(code) && source.test(data)) found.push(`as typed: ${data}`);
    }
    for (const box of node.querySelectorAll("details")) {
      if (box.open) found.push(`open: ${box.textContent.slice(0, 60)}`);
    }
    return found;
  }

  // A page, opened as a notebook, without a kernel: complaints about its cells, each of which is rendered by itself, with
  // the macros of the first. (A notebook works through all cells for each that it shows, which takes minutes in all.)
  async function page(path) {
    const kernelPreference = { shouldStart: false, canStart: false, autoStartDefault: false };
    const panel = await app.commands.execute("docmanager:open", { path, kernelPreference });
    await panel.context.ready;
    const { cells } = panel.context.model.toJSON();
    const { rendermime } = panel.content;
    panel.dispose();
    return rendered(cells, rendermime);
  }

  async function rendered(cells, rendermime) {
    const texts = cells.map((cell) => [].concat(cell.source).join(""));
    const macros = /^---\n([^]*?\n)---\n/.exec(texts[0])[1];
    const found = [];
    for (const [number, cell] of cells.entries()) {
      if (cell.cell_type !== "markdown") continue;
      const renderer = rendermime.createRenderer("text/markdown");
      const text = number ? `---\ntitle: A title of its own\n${macros}---\n\n${texts[number]}` : texts[number];
      await renderer.renderModel({ data: { "text/markdown": text }, metadata: {}, trusted: true });
      document.body.append(renderer.node);
      renderer.update();
      await renderer.renderPromise;
      while (!renderer.node.children.length) await new Promise(requestAnimationFrame);
      await Promise.all([...renderer.node.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));
      const [wanted, folded] = [texts[number].match(/^:class: dropdown$/gm) ?? [], renderer.node.querySelectorAll("details")];
      found.push(...looked(renderer.node).map((complaint) => `cell ${number}: ${complaint}`));
      if (folded.length !== wanted.length) found.push(`cell ${number}: ${folded.length} of ${wanted.length} boxes fold`);
      renderer.node.remove();
    }
    return found;
  }

  window.lab = { app, looked, page };
})();
