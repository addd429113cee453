"""A Dask scheduler, until it is stopped.

    python scheduler.py --host HOST --port PORT --patience SECONDS [--keys FOLDER]

Prints its address when it listens. It has to know the functions that clients submit, and therefore runs in a clone.
"""

import argparse
import asyncio
import logging
import signal

import tasks  # noqa: F401 -- the tasks that clients submit are looked up here by name
from connecting import NO_PAGES, configure, security
from distributed import Scheduler


def without_traceback(record):
    """A worker that does not answer in time is an event, told in one line, not a fault of the scheduler."""
    if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
        record.exc_info = None
    return True


async def main():
    for name in ("distributed.scheduler", "tornado.application"):
        logging.getLogger(name).addFilter(without_traceback)
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--patience", type=float, required=True)
    parser.add_argument("--keys")
    arguments = parser.parse_args()
    configure(arguments.patience)
    scheduler = Scheduler(
        host=arguments.host,
        port=arguments.port,
        protocol="tls" if arguments.keys else "tcp",
        security=security(arguments.keys),
        dashboard=False,
        dashboard_address=NO_PAGES,
    )
    async with scheduler:
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(
                name, lambda: asyncio.ensure_future(scheduler.close())
            )
        print(scheduler.address, flush=True)
        await scheduler.finished()


if __name__ == "__main__":
    asyncio.run(main())
