"""What execute.py reports to the runner: events, and what cells print while they run."""

import json
import os
import re

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete

# Consecutive output of one stream is joined up to this length. Beyond it, joining costs more than it helps.
LONGEST_STREAM = 1 << 20

ANSI = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


# Programs that a cell starts may inherit standard output, so it is redirected to stderr. Events go through a copy that
# no program inherits.
events = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def tell(**event):
    events.write(json.dumps(event) + "\n")
    events.flush()


def last_line(text):
    """The last line that isn't blank, as a terminal would show it."""
    lines = [line.rstrip().rsplit("\r", 1)[-1] for line in ANSI.sub("", text).split("\n") if line.strip()]
    return lines[-1] if lines else ""


class TellingClient(NotebookClient):
    """nbclient that reports what a cell prints while it runs, and keeps what it prints after its end."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cells_by_request = {}

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        """Like nbclient's own, but adds late output of an earlier cell to that cell. nbclient drops it."""
        self.cells_by_request[parent_msg_id] = (cell, cell_index)
        while True:
            msg = await self.kc.iopub_channel.get_msg(timeout=None)
            request = msg["parent_header"].get("msg_id")
            is_late = request != parent_msg_id
            if request not in self.cells_by_request or (is_late and msg["msg_type"] == "status"):
                continue
            try:
                self.process_message(msg, *self.cells_by_request[request])
            except CellExecutionComplete:
                return

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            line = last_line(content["text"])
        elif kind in ("display_data", "update_display_data"):
            line = last_line(content["data"].get("text/plain", ""))
        else:
            line = ""
        if line:
            tell(event="text", line=line)
        return super().process_message(msg, cell, cell_index)

    def output(self, outs, msg, display_id, cell_index):
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and out.output_type == "stream" and len(outs) > 1 and outs[-1] is out:
            before = outs[-2]
            if before.output_type == "stream" and before.name == out.name and len(before.text) < LONGEST_STREAM:
                before.text += out.text
                outs.pop()
        return out
