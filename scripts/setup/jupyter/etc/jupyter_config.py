"""Settings of this environment for every Jupyter program: nbconvert, and the exports of JupyterLab's menu.

Pages come out of the project's template, with the Plotly of the clone's npm packages (plotly.js-dist-min).
"""

import sys
from pathlib import Path

c = get_config()  # noqa: F821 (Jupyter defines it)

# This environment is the clone's .venv.
clone = Path(sys.prefix).parent
c.HTMLExporter.template_name = "cifar10"
c.HTMLExporter.extra_template_paths = [str(clone / "node_modules" / "plotly.js-dist-min")]
