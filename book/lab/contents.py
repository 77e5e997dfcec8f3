"""How the Jupyter server opens and saves the pages of the book; every other file is jupytext's business."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupytext.async_contentsmanager import build_async_jupytext_contents_manager_class

from book.lab import view
from book.lab.names import Names
from book.solutions import wanted

Jupytext: Any = build_async_jupytext_contents_manager_class(AsyncLargeFileManager)


class PageContentsManager(Jupytext):  # type: ignore[misc]
    """Opens a page as ``view.show`` shows it, and saves what ``view.restore`` makes of it."""

    async def get(
        self, path: str, content: bool = True, type: str | None = None, format: str | None = None, **others: Any
    ) -> dict[str, Any]:
        """Return a file, and a page of the book as a notebook."""
        path = path.strip("/")
        book = await self._book(path) if content and type in {None, "notebook"} else None
        if book is None:
            return dict(await super().get(path, content, type, format, **others))
        root, file, text = book
        try:
            page = file.relative_to(root).as_posix()
            notebook = view.show(text, page, Names(root), solutions=wanted(root))
        except Exception as error:  # a mistake in _config.yml, for example, must not keep anybody from the chapters
            self.log.error("%s is shown as it is: %s: %s", path, error.__class__.__name__, error)
            return dict(await super().get(path, content, type, format, **others))
        others.pop("load_alternative_format", None)
        model = await AsyncLargeFileManager.get(self, path, content=False, type="file", **others)
        return {**model, "type": "notebook", "format": "json", "mimetype": None, "content": notebook}

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Save a file; of a page, without what was only shown."""
        path = path.strip("/")
        if model.get("type") != "notebook" or not path.endswith(".md") or not model.get("content"):
            return dict(await super().save(model, path))
        notebook = view.undo(nbformat.from_dict(model["content"]))
        if not view.of_page(notebook):
            return dict(await super().save({**model, "content": notebook}, path))
        book = await self._book(path)
        text = view.restore(notebook, book[2] if book else "", await self.get_config(path))
        return dict(await super().save({"type": "file", "format": "text", "content": text}, path))

    async def _book(self, path: str) -> tuple[Path, Path, str] | None:
        """Return, of a path that leads to a page, the folder of the book, the file and its text."""
        file = Path(self._get_os_path(path)).resolve()
        if file.suffix != ".md" or not file.is_file() or (await self.is_hidden(path) and not self.allow_hidden):
            return None
        root = next((folder for folder in file.parents if (folder / "_toc.yml").is_file()), None)
        text = file.read_text(encoding="utf-8")
        return (root, file, text) if root and view.is_page(text) else None
