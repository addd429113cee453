"""Brings jobs to a Dask scheduler and their results back, for a program that talks JSON, one object a line.

    python submit.py SETTINGS

SETTINGS is JSON: address, keys, submission (its name), folder (for results that arrive). Lines that come in:

    {"do": "add", "name": s, "content": {...}, "resources": {...}, "before": file or null, "only": bool}
        submits a job, unless one of that name is there: then it goes on with that. With "only", nothing is submitted.
    {"do": "received", "name": s}   the result has been stored: the scheduler may forget it
    {"do": "save"}                  asks all runs to save and stop

The end of the stream ends the program; what was submitted goes on. Lines that go out:

    {"event": "workers", "workers": [{"address", "name", "facts", "resources"}]}   whenever they change
    {"event": "added", "name": s, "known": bool}
    {"event": "missing", "name": s}                           asked for with "only", and not there
    {"event": "told", "name": s, "worker": s, "told": {...}}  a worker's word on a job
    {"event": "end", "name": s, "status": s, "message": s or null, "worker": s or null, "archive": file or null}
    {"event": "lost", "message": s}                           no connection, and none will come
"""

import asyncio
import hashlib
import json
import os
import sys
import threading
import uuid

import tasks
from connecting import configure, security
from distributed import Client
from distributed.scheduler import KilledWorker

WATCH_SECONDS = 1
CONNECT_SECONDS = 20


def say(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


class Submission:
    def __init__(self, settings, client):
        self.client = client
        self.name = settings["submission"]
        self.folder = settings["folder"]
        self.topic = f"cifar10/{self.name}"
        self.futures = {}
        self.saving = False
        self.workers = None
        self.tasks = set()

    def published(self, name):
        return f"cifar10/{self.name}/{name}"

    async def start(self):
        self.known = set(await self.client.list_datasets())
        events = await self.client.get_events(self.topic)
        self.client.subscribe_topic(self.topic, self.hear)
        for event in events or ():
            # Of the past, only where a job has begun is of interest: it may have to begin again.
            if event[1].get("event") == "begins":
                self.hear(event)
        self.begin(self.watch())

    def begin(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            say(event="lost", message=f"{type(error).__name__}: {error}")

    def hear(self, event):
        told = dict(event[1])
        # Dask adds the worker's address; "by" is its name.
        say(event="told", name=told.pop("name"), worker=told.pop("by"), told=told)

    async def watch(self):
        """Tells of workers that come and go, and asks those that come late to save too."""
        while True:
            info = await self.client.scheduler.identity(n_workers=-1)
            workers = [
                {
                    "address": address,
                    "name": str(worker["name"]),
                    "facts": worker.get("cifar10"),
                    "resources": worker["resources"],
                }
                for address, worker in sorted(info["workers"].items())
            ]
            if workers != self.workers:
                self.workers = workers
                say(event="workers", workers=workers)
            if self.saving and self.futures:
                await self.ask_to_save()
            await asyncio.sleep(WATCH_SECONDS)

    async def add(self, line):
        name = line["name"]
        published = self.published(name)
        known = published in self.known
        if known:
            future = await self.client.get_dataset(published)
            if future.status in ("cancelled", "lost"):
                known = False
                await self.client.unpublish_dataset(published)
        if not known:
            if line["only"]:
                say(event="missing", name=name)
                return
            future = await self.submit(line)
            await self.client.publish_dataset(future, name=published)
        self.futures[name] = future
        say(event="added", name=name, known=known)
        self.begin(self.bring(name, future))

    async def submit(self, line):
        kind = line["content"]["kind"]
        # The same beginning for all of a kind: Dask learns from it how long they take.
        key = f"{kind}-{hashlib.sha256(f'{self.name}/{uuid.uuid4()}'.encode()).hexdigest()[:32]}"
        job = {"key": key, "name": line["name"], "topic": self.topic, "submission": self.name, "content": line["content"]}
        if line.get("before") is not None:
            with open(line["before"], "rb") as file:
                job["before"] = file.read()
        return self.client.submit(
            tasks.run,
            job,
            key=key,
            resources=line["resources"],
            # In the order in which they were submitted.
            priority=-len(self.futures),
            pure=False,
            retries=0,
        )

    async def bring(self, name, future):
        end = {"status": "crashed", "message": None, "worker": None, "archive": None}
        try:
            end.update(await future.result())
        except KilledWorker as error:
            end.update(status="lost", message=str(error))
        except asyncio.CancelledError:
            if future.status != "cancelled":
                raise
            end.update(status="lost", message="the scheduler was told to forget it")
        except Exception as error:  # noqa: BLE001 -- one bad job must not cost the others
            end.update(message=f"{type(error).__name__}: {error}")
        if end["archive"] is not None:
            file = os.path.join(self.folder, hashlib.sha256(name.encode()).hexdigest()[:32])
            with open(file, "wb") as archive:
                archive.write(end["archive"])
            end["archive"] = file
        say(event="end", name=name, **end)

    async def received(self, name):
        """Also of a job that this process has not added: it may have been stored by one that was killed then."""
        self.futures.pop(name, None)
        published = self.published(name)
        if published in await self.client.list_datasets():
            await self.client.unpublish_dataset(published)

    async def ask_to_save(self):
        keys = [future.key for future in self.futures.values()]
        await self.client.run(tasks.save, keys, on_error="ignore")

    async def save(self):
        self.saving = True
        await self.ask_to_save()


def lines(loop, queue):
    """Reads in a thread of its own; the end of the stream is None."""
    for line in sys.stdin:
        loop.call_soon_threadsafe(queue.put_nowait, json.loads(line))
    loop.call_soon_threadsafe(queue.put_nowait, None)


async def main():
    configure()
    settings = json.loads(sys.argv[1])
    try:
        client = await Client(
            settings["address"],
            security=security(settings["keys"]),
            asynchronous=True,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            name="submitter",
        )
    except Exception as error:  # noqa: BLE001 -- the program that started this one has the sentence for it
        say(event="lost", message=f"{type(error).__name__}: {error}")
        return
    queue = asyncio.Queue()
    threading.Thread(target=lines, args=(asyncio.get_running_loop(), queue), daemon=True).start()
    submission = Submission(settings, client)
    await submission.start()
    while (line := await queue.get()) is not None:
        if line["do"] == "add":
            await submission.add(line)
        elif line["do"] == "received":
            await submission.received(line["name"])
        else:
            await submission.save()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        # Without Python's own clean-up, which would wait for the thread that reads stdin.
        sys.stdout.flush()
        os._exit(0)
