"""Teaches papermill this project's kernel: parameters as TypeScript, and cells that run in their notebook's folder.

papermill knows other languages from a table that nothing can add to before it runs, except what it loads itself: the
engines named in entry_points.txt. So this module is loaded with every papermill, and enters its translator then.
"""
import json
import math
import os
import re

from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillException
from papermill.iorw import papermill_io
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

KERNEL = "tslab-cifar10"

_NAME = re.compile(r"[A-Za-z_$][\w$]*")

# let NAME: TYPE = DEFAULT; // HELP
_DECLARATION = re.compile(
    r"^(?:export\s+)?let\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>[^=]+?))?\s*=\s*"
    r"(?P<default>.+?)(?:;\s*(?://\s*(?P<help>.*?))?)?\s*$",
    re.MULTILINE,
)

# Number.MAX_SAFE_INTEGER
_MAX_INTEGER = 2**53 - 1


class TypeScriptTranslator(Translator):
    """Values as the literals of TypeScript. JSON is part of that language, so most of them are written as JSON."""

    @classmethod
    def translate_str(cls, val):
        return json.dumps(str(val))

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_int(cls, val):
        if abs(val) > _MAX_INTEGER:
            raise PapermillException(
                f"{val} can't be passed: TypeScript's numbers are exact up to {_MAX_INTEGER}. "
                f"Pass it as a string: -r NAME {val}"
            )
        return str(int(val))

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "NaN"
        if math.isinf(val):
            return "Infinity" if val > 0 else "-Infinity"
        return repr(float(val))

    @classmethod
    def translate_list(cls, val):
        return f"[{', '.join(cls.translate(item) for item in val)}]"

    @classmethod
    def translate_dict(cls, val):
        entries = (f"{cls.translate_str(key)}: {cls.translate(item)}" for key, item in val.items())
        return f"{{ {', '.join(entries)} }}" if val else "{}"

    @classmethod
    def translate(cls, val):
        if isinstance(val, (tuple, set, frozenset)):
            return cls.translate_list(val)
        if val is None or isinstance(val, (str, bool, int, float, dict, list)):
            return super().translate(val)
        # Dates of YAML, paths, whatever else Python callers have.
        return cls.translate_str(val)

    @classmethod
    def comment(cls, cmt_str):
        return "\n".join(f"// {line}" for line in cmt_str.splitlines())

    @classmethod
    def assign(cls, name, str_val):
        # No declaration: the cell tagged `parameters` has declared it with its type.
        if not _NAME.fullmatch(name):
            raise PapermillException(f'"{name}" is not a name in TypeScript, so no notebook has a parameter of that name.')
        return f"{name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        return [
            Parameter(
                name=found["name"],
                inferred_type_name=(found["type"] or "None").strip(),
                default=found["default"],
                help=found["help"] or "",
            )
            for found in _DECLARATION.finditer(parameters_cell["source"])
        ]


class NotebookFolderEngine(NBClientEngine):
    """papermill's own engine; notebooks of this kernel start in the folder of their file, where `../lib` is."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        folder = _folder_of(kwargs.get("input_path"))
        if kernel_name == KERNEL and folder is not None:
            kwargs.setdefault("resources", {"metadata": {"path": folder}})
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


def _folder_of(input_path):
    """The folder of a notebook's file; None if it is no file, or the user has named a folder with --cwd."""
    if not isinstance(input_path, str):
        return None
    # Where papermill looks for files: the folder it was started in. It has entered the one of --cwd by now.
    local = papermill_io.get_handler("local")
    started_in = local.cwd(None)
    local.cwd(started_in)
    if started_in is None or os.path.realpath(started_in) != os.path.realpath(os.getcwd()):
        return None
    return os.path.dirname(os.path.abspath(input_path)) if os.path.isfile(input_path) else None


papermill_translators.register("typescript", TypeScriptTranslator)
# Under None, papermill looks for the engine of a run that names none.
papermill_engines.register(None, NotebookFolderEngine)
