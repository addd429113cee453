"""What workers do: a run each, in a process of its own, whose end they wait for.

The process is `node … scripts/cluster/job.ts FILE`. It writes a JSON object a line: {"event": "end", …} at last, and
before it whatever the submitter is to be told. Its standard input is how it is asked to save and stop: by the line
"save", or by the end of the stream, which also comes if this worker is killed.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

from distributed import get_worker

# How often the submitter is told of progress, in seconds.
TELL_EVERY = 2
LAST_LINES = 20

running = {}
to_save = set()
guard = threading.Lock()


def run(job):
    """Does a job; `key` is Dask's name of it. Returns {"status", "message", "worker", "archive"}."""
    worker = get_worker()
    settings = json.loads(os.environ["CIFAR10_WORKER"])
    key = job["key"]

    def tell(**event):
        worker.log_event(job["topic"], {"name": job["name"], "by": settings["name"], **event})

    folder = tempfile.mkdtemp(prefix="job-", dir=settings["folder"])
    try:
        end = in_process(job, settings, folder, tell)
        archive = os.path.join(folder, "archive")
        if os.path.exists(archive):
            with open(archive, "rb") as file:
                end["archive"] = file.read()
        return {"worker": settings["name"], "message": None, "archive": None, **end}
    finally:
        with guard:
            running.pop(key, None)
        shutil.rmtree(folder, ignore_errors=True)


def in_process(job, settings, folder, tell):
    with guard:
        if job["key"] in to_save:
            return {"status": "interrupted", "message": "it had not begun"}
    content = {**job["content"], "submission": job["submission"], "worker": settings, "archive": os.path.join(folder, "archive")}
    if job.get("before") is not None:
        content["before"] = os.path.join(folder, "before")
        with open(content["before"], "wb") as file:
            file.write(job["before"])
    described = os.path.join(folder, "job.json")
    with open(described, "w", encoding="utf-8") as file:
        json.dump(content, file)
    errors = open(os.path.join(folder, "errors"), "w+", encoding="utf-8", errors="replace")
    child = subprocess.Popen(
        [*settings["node"], described],
        cwd=settings["root"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        # Ctrl-C in the worker's terminal is the worker's to answer.
        start_new_session=True,
        text=True,
    )
    with guard:
        running[job["key"]] = child
        asked = job["key"] in to_save
    if asked:
        ask(child)
    end, told = None, 0.0
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "end":
            end = event
        elif event["event"] != "progress" or time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            tell(**event)
    code = child.wait()
    with errors:
        errors.seek(0)
        last = "".join(errors.readlines()[-LAST_LINES:]).strip()
    if end is None:
        return {"status": "crashed", "message": last or f"its process ended with {code}"}
    return {key: value for key, value in end.items() if key != "event"}


def ask(child):
    try:
        child.stdin.write("save\n")
        child.stdin.flush()
    except (BrokenPipeError, ValueError):
        pass  # It has ended.


def save(keys):
    """Asks the runs of these keys to save and stop, those that come here later too."""
    with guard:
        to_save.update(keys)
        children = [child for key, child in running.items() if key in keys]
    for child in children:
        ask(child)
