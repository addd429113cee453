"""Runs the cells of one notebook with nbclient and tells on stdout how far it is, a JSON object a line.

    python execute.py INPUT OUTPUT --folder DIR [--cell-timeout SECONDS]

OUTPUT is written after every cell, so that a crash leaves what was done. Exit code 0 only if all cells ran
without an error. Events: {"event": "cell", "index": i, "count": n} before a cell, {"event": "text", "line": s}
when one writes, {"event": "failed", "kind": "error" | "timeout" | "dead kernel", "index": i, "message": s}.
"""

import argparse
import json
import os
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def tell(**event):
    print(json.dumps(event), flush=True)


class TellingClient(NotebookClient):
    """nbclient, telling what a cell writes while it runs."""

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "stream":
            lines = [line for line in msg["content"]["text"].replace("\r", "\n").split("\n") if line.strip()]
            if lines:
                tell(event="text", line=lines[-1])
        return super().process_message(msg, cell, cell_index)


def save(notebook, path):
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    os.replace(temporary, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--folder", required=True, help="what relative imports start from")
    parser.add_argument("--cell-timeout", type=int, default=None)
    args = parser.parse_args()

    notebook = nbformat.read(args.input, as_version=4)
    # The text cells count as done at once; what takes time is code.
    code_cells = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    at = {"index": -1}

    def started(cell, cell_index):
        at["index"] = cell_index
        tell(event="cell", index=code_cells.index(cell_index), count=len(code_cells))

    client = TellingClient(
        notebook,
        timeout=args.cell_timeout,
        resources={"metadata": {"path": args.folder}},
        on_cell_execute=started,
        on_cell_executed=lambda cell, cell_index, execute_reply: save(notebook, args.output),
    )

    def failed(kind, message):
        tell(event="failed", kind=kind, index=at["index"], message=message)
        save(notebook, args.output)
        return 1

    try:
        client.execute()
    except CellExecutionError as error:
        return failed("error", f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        return failed("timeout", f"the cell took longer than {args.cell_timeout} s")
    except DeadKernelError:
        return failed("dead kernel", "the kernel died")
    save(notebook, args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
