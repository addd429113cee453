"""Who may talk to whom: encrypted connections between those who hold the same keys, and no server for browsers."""

import os

import dask
from distributed import Security

# Only for processes of this machine, with a port of the system's choice and nothing to be seen there.
NO_PAGES = "127.0.0.1:0"


def configure(patience=None):
    """Settings of Dask. `patience` is how many seconds a worker may be silent before its runs go to others."""
    dask.config.set(
        {
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
            # A run counts as bad only if it has cost that many workers their lives.
            "distributed.scheduler.allowed-failures": 5,
            "distributed.comm.timeouts.connect": "30s",
        }
    )
    if patience is not None:
        dask.config.set({"distributed.scheduler.worker-ttl": f"{patience}s"})


def security(keys):
    """The keys of a folder, for every connection; without a folder, connections are plain."""
    if keys is None:
        return Security(require_encryption=False)
    own = {"cert": os.path.join(keys, "cert.pem"), "key": os.path.join(keys, "key.pem")}
    roles = {f"tls_{role}_{part}": file for role in ("scheduler", "worker", "client") for part, file in own.items()}
    return Security(require_encryption=True, tls_ca_file=os.path.join(keys, "ca.pem"), **roles)
