// What other files of the pages bring: MiniSearch, and the index that the build writes.
declare class MiniSearch {
  constructor(options: object);
  addAll(entries: object[]): void;
  search(query: object, options: object): { id: number; terms: string[] }[];
}
declare const katex: { render(tex: string, into: HTMLElement, options: object): void };
interface Window {
  bookIndex?: { title: string; page: string; url: string; text: string }[];
}
