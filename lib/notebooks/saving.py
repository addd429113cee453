"""Writes executed notebooks."""

import os
from contextlib import suppress

import nbformat
from failures import Failed


def well_formed(text):
    """Replaces lone surrogates, which UTF-8 can't encode, by U+FFFD. Two halves that meet become their character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def save(notebook, path):
    """Writes a notebook atomically. The temporary name contains this process's id."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(well_formed(nbformat.writes(notebook)) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.remove(temporary)
        raise Failed("output", f"{path} can't be written: {error.strerror}.") from None
