// The editor of a cell, which esbuild makes one classic script of. Tab leaves it, as it leaves a field of a form;
// Ctrl+] indents, Ctrl+Enter runs, Escape goes to the buttons.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// The classes that the page's code has.
const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null, tags.self], class: "k" },
  { tag: [tags.string, tags.special(tags.string)], class: "s1" },
  { tag: tags.number, class: "mi" },
  { tag: tags.comment, class: "c1" },
  { tag: [tags.definition(tags.function(tags.variableName)), tags.definition(tags.className), tags.meta], class: "nf" },
]);

Live.edit = (place, source, name, { run, leave, change }) =>
  new EditorView({
    parent: place,
    state: EditorState.create({
      doc: source,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          { key: "Shift-Enter", run: () => (run(), true) },
          { key: "Escape", run: () => (leave(), true) },
        ]),
        history(),
        indentUnit.of("    "),
        indentOnInput(),
        EditorView.lineWrapping, // so that nothing in it scrolls sideways
        bracketMatching(),
        python(),
        syntaxHighlighting(colors),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": `${name}. Control Enter runs it, Escape leaves.` }),
        EditorView.updateListener.of((update) => update.docChanged && change(update.state.doc.toString())),
      ],
    }),
  });
