"""Runs a pip command without the package indexes that do not answer: pip_alive.py install <arguments of pip install>.

pip asks every configured index about every package, with retries, so one dead index among several costs minutes.
This asks each index once, all at the same time, and leaves out what gives no answer in PROBE_SECONDS. pip's own
option parsing and its own session are used for that: whatever configures pip (files, environment, proxy,
certificates, credentials) counts here as it does there.

What set-up has to know is printed as lines that begin with "setup: ".
"""

import sys
import threading
import time

from pip._internal.commands import create_command
from pip._internal.utils.misc import redact_auth_from_url

PROBE_SECONDS = 4
NO_INDEX = "no package index answers"


def tell(text):
    print("setup: " + text, flush=True)


def ask(command, options, url, answers):
    """Records in answers[url] what is wrong with the index, '' for nothing."""
    try:
        session = command._build_session(options, retries=0, timeout=PROBE_SECONDS)
        page = session.get(url.rstrip("/") + "/pip/", stream=True, headers={"Cache-Control": "no-cache"})
        # A page that is missing or forbidden is an answer, and costs pip nothing; a failing server costs retries.
        answers[url] = "" if page.status_code < 500 else "HTTP status %d" % page.status_code
        page.close()
    except Exception as error:
        # requests wraps what went wrong: "ReadTimeoutError" says more than "ConnectionError".
        cause = getattr(error.args[0], "reason", error) if error.args else error
        failing = "error responses" in str(cause)
        answers[url] = str(cause) if failing else type(cause).__name__


def leave_out_dead(command, options):
    if options.no_index:
        return
    urls = list(dict.fromkeys([options.index_url, *options.extra_index_urls]))
    remote = [url for url in urls if url.startswith(("http://", "https://"))]
    answers = {}
    threads = [threading.Thread(target=ask, args=(command, options, url, answers), daemon=True) for url in remote]
    for thread in threads:
        thread.start()
    # A name server that does not answer holds up a thread beyond the session's own limit.
    end = time.monotonic() + PROBE_SECONDS + 1
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))

    dead = {url: answers.get(url, "no answer in %d s" % PROBE_SECONDS) for url in remote}
    dead = {url: why for url, why in dead.items() if why}
    alive = [url for url in urls if url not in dead]
    for url, why in dead.items():
        tell("left out %s, which does not answer (%s)" % (redact_auth_from_url(url), why))
    if alive:
        options.index_url, options.extra_index_urls = alive[0], alive[1:]
        return
    tell(NO_INDEX)
    if not options.find_links:
        sys.exit(1)
    options.no_index = True


def main(arguments):
    command = create_command(arguments[0])
    parse_as_pip_does = command.parse_args

    def parse_args(args):
        options, rest = parse_as_pip_does(args)
        # Settings that would put the packages elsewhere than into the environment this runs in.
        options.use_user_site = False
        options.target_dir = options.prefix_path = options.root_path = None
        # Set-up reads what pip prints.
        options.quiet = options.verbose = 0
        leave_out_dead(command, options)
        return options, rest

    command.parse_args = parse_args
    return command.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
