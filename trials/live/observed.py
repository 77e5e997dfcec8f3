"""A kernel of the pages that also tells the numbers of its figures; it runs in WebAssembly and here."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from book.live.kernel import Event, Kernel
    from trials.figure_data import describe
else:  # in WebAssembly the files lie beside each other
    from figure_data import describe
    from kernel import Event, Kernel


class Observed(Kernel):
    """A kernel that keeps what a cell tells."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        super().__init__(self.events.append)

    def show(self, *_: Any, **__: Any) -> None:
        """Tell the numbers of the open figures, then the figures."""
        plt: Any = sys.modules.get("matplotlib.pyplot")
        for number in plt.get_fignums() if plt else ():
            self.tell({"kind": "data", "data": describe(plt.figure(number))})
        super().show()

    def result(self, number: int, source: str) -> str:
        """Run a cell; return what it tells, in JSON."""
        self.events.clear()
        start = time.monotonic()
        good = self.run(number, source)
        ends = {"stream": "", "value": "\n", "html": "\n"}
        texts = [event["text"] + ends[event["kind"]] for event in self.events if event["kind"] in ends]
        said = {
            "good": good,
            "seconds": time.monotonic() - start,
            "text": "".join(texts),
            "glued": {event["name"]: event["text"] for event in self.events if event["kind"] == "glue"},
            "figures": [event["data"] for event in self.events if event["kind"] == "data"],
            "error": next((event["trace"] for event in self.events if event["kind"] == "error"), ""),
        }
        return json.dumps(said)
