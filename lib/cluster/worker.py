"""A Dask worker with its nanny, until it is stopped; it comes back if the scheduler was away.

    python worker.py SETTINGS

SETTINGS is JSON: address, keys, name, slots, resources, folder, and facts, with which submitters compare their own.
"""

import asyncio
import json
import os
import signal
import sys

from connecting import NO_PAGES, configure, security
from distributed import Nanny

AGAIN_SECONDS = 5


class Told:
    """A value for whoever asks a worker; Dask wants a function that it can send."""

    def __init__(self, value):
        self.value = value

    def __call__(self, _worker):
        return self.value


def nanny(settings):
    # A task takes one of each, so that only tasks of the same code and the same images come here.
    matching = {key: settings["slots"] for key in settings["facts"]["keys"]}
    return Nanny(
        settings["address"],
        nthreads=settings["slots"],
        name=settings["name"],
        host=settings.get("host"),
        resources={**settings["resources"], **matching},
        security=security(settings["keys"]),
        local_directory=os.path.join(settings["folder"], "dask"),
        dashboard_address=NO_PAGES,
        startup_information={"cifar10": Told(settings["facts"])},
        env={"CIFAR10_WORKER": json.dumps(settings)},
    )


async def serve(settings, stop):
    while not stop.is_set():
        one = nanny(settings)
        try:
            async with one:
                print(f"connected to {settings['address']}", flush=True)
                over = [asyncio.ensure_future(each) for each in (one.finished(), stop.wait())]
                await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the next attempt may succeed
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        if not stop.is_set():
            print(f"not connected to {settings['address']}; trying again", flush=True)
            with_timeout = asyncio.wait_for(stop.wait(), AGAIN_SECONDS)
            await asyncio.gather(with_timeout, return_exceptions=True)


async def main():
    configure()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(json.loads(sys.argv[1]), stop)


if __name__ == "__main__":
    asyncio.run(main())
