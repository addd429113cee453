"""Settings of this environment for every Jupyter program: nbconvert, and the exports of JupyterLab's menu.

Pages come out of the project's template, with the Plotly of the clone's npm packages (plotly.js-dist-min). Nothing in
a notebook is trusted: the template passes each cell, as nbconvert has rendered it, through `clean`.
"""

import sys
from pathlib import Path

import nh3

c = get_config()  # noqa: F821 (Jupyter defines it)

# For tables, figures and text. Nothing that would let an output cover other parts of the page.
STYLES = """
    text-align vertical-align white-space caption-side image-rendering color background-color opacity
    font-family font-size font-style font-variant-numeric font-weight line-height text-decoration
    width max-width min-width height max-height margin margin-left margin-right margin-top margin-bottom
    padding padding-left padding-right padding-top padding-bottom border border-collapse border-spacing
"""

# nh3's defaults, and what nbconvert's style sheets and the template's script need.
ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
ATTRIBUTES["*"] = {"class", "id", "style", "title", "data-mime-type", "data-type", "data-figure"}
ATTRIBUTES.setdefault("details", set()).add("open")


def only_pictures(tag, attribute, value):
    """Keeps data URLs only in pictures, which run no scripts, not even as SVG."""
    is_picture = (tag, attribute) == ("img", "src") and value.strip().lower().startswith("data:image/")
    return value if is_picture or not value.strip().lower().startswith("data:") else None


def clean(html):
    """Removes everything from HTML that runs, or leads to a script."""
    return nh3.clean(
        html.decode() if isinstance(html, bytes) else str(html),
        tags=nh3.ALLOWED_TAGS | {"tfoot"},
        attributes=ATTRIBUTES,
        attribute_filter=only_pictures,
        filter_style_properties=set(STYLES.split()),
        url_schemes={"http", "https", "mailto", "data"},
    )


# This environment is the clone's .venv.
clone = Path(sys.prefix).parent
c.HTMLExporter.template_name = "cifar10"
c.HTMLExporter.extra_template_paths = [str(clone / "node_modules" / "plotly.js-dist-min")]
c.HTMLExporter.filters = {"clean_html": clean}
