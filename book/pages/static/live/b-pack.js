// The pack: parts are loaded side by side, once, and kept as they came, so that a new interpreter needs no request.
{
  const kept = new Map();
  const begun = new Map();

  // What a part's script calls.
  Live.take = (name, files) => kept.set(name, files);

  Live.size = (names) => names.reduce((sum, name) => sum + Live.pack.files[name][1], 0);

  // Files of these parts, by name, still in base64; `step` hears how many bytes are here.
  Live.fetch = async (names, step = (_) => {}) => {
    let here = 0;
    await Promise.all(
      names.map(async (name) => {
        const [file, bytes] = Live.pack.files[name];
        if (!begun.has(name)) begun.set(name, Live.load(`${Live.folder}pack/${file}`));
        try {
          await begun.get(name);
        } catch (error) {
          begun.delete(name);
          throw error;
        }
        step((here += bytes));
      })
    );
    return Object.assign({}, ...names.map((name) => kept.get(name)));
  };
}
