"""Settings of this environment for every Jupyter program: nbconvert, and the exports of JupyterLab's menu.

Pages come out of the project's template, with the Plotly of the clone's npm packages (plotly.js-dist-min), and
slides with reveal.js. Nothing in a notebook is trusted: the template passes each cell, as nbconvert has rendered it, through `clean`. Formulas are only
marked until then (`markdown`); KaTeX lays out all of a page at once (`lay_out`), so that a page needs no script for them.
Links lead to the other lessons' pages, and words of the glossary to its entries at the end of the page (`explain`).
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import nh3
from jinja2 import pass_context

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


def clean(rendered):
    """Removes everything from HTML that runs, or leads to a script."""
    return nh3.clean(
        rendered.decode() if isinstance(rendered, bytes) else str(rendered),
        tags=nh3.ALLOWED_TAGS | {"tfoot"},
        attributes=ATTRIBUTES,
        attribute_filter=only_pictures,
        filter_style_properties=set(STYLES.split()),
        url_schemes={"http", "https", "mailto", "data"},
    )


# This environment is the clone's .venv.
clone = Path(sys.prefix).parent


LESSON = re.compile(r"([\w-]+)\.ipynb(#.*)?")
GLOSSARY = "../docs/glossary.md#"


def on_page(url, extension):
    """Where a link of a notebook leads on its page."""
    if lesson := LESSON.fullmatch(url):
        return f"{lesson[1]}{extension}{lesson[2] or ''}"
    return url.replace(GLOSSARY, "#word-", 1)


@pass_context
def markdown(context, source):
    """Markdown as HTML, with each formula as text in an element that `lay_out` finds."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    extension = context["resources"].get("output_extension", ".html")

    class Marking(IPythonRenderer):
        def link(self, text, url, title=None):
            return super().link(text, on_page(url, extension), title)

        def inline_math(self, body):
            return f'<span class="tex-inline">{html.escape(body)}</span>'

        def block_math(self, body):
            return f'<span class="tex-display">{html.escape(body)}</span>'

        def latex_environment(self, name, body):
            return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    attachments = context.get("cell", {}).get("attachments", {})
    return MarkdownWithMath(renderer=Marking(escape=False, attachments=attachments)).render(source)


MARKED = re.compile(r'<span class="tex-(inline|display)">([^<]*)</span>')


def lay_out(cells):
    """Cells of a page, cleaned, with their formulas laid out by KaTeX, and its style sheet if there are any."""
    formulas = [{"tex": html.unescape(tex), "display": kind == "display"} for kind, tex in MARKED.findall(cells)]
    if not formulas:
        return cells
    # The Node that runs the kernel.
    spec = json.loads((Path(sys.prefix) / "share/jupyter/kernels/tslab-cifar10/kernel.json").read_text())
    command = [spec["argv"][0], str(clone / "lib/notebooks/formulas.js")]
    done = subprocess.run(command, input=json.dumps(formulas), stdout=subprocess.PIPE, encoding="utf-8", check=True)
    laid = json.loads(done.stdout)
    markup = iter(laid["html"])
    return f"<style>{laid['css']}</style>{MARKED.sub(lambda _: next(markup), cells)}"


WORD = re.compile(r"^### (.+)\n+(.+)$", re.MULTILINE)


def anchor(word):
    """The end of a link to a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", word.lower()).replace(" ", "-")


@pass_context
def explain(context, cells):
    """Cells of a page, and after them the entries of the glossary that they link to."""
    linked = set(re.findall(r'href="#word-([^"]+)"', cells))
    if not linked:
        return cells
    glossary = (clone / "docs/glossary.md").read_text(encoding="utf-8")
    entries = [
        f'<dt id="word-{anchor(word)}">{html.escape(word)}</dt><dd>{meaning(context, text)}</dd>'
        for word, text in WORD.findall(glossary)
        if anchor(word) in linked
    ]
    return f'{cells}<section class="words"><h2>Words</h2><dl>{"".join(entries)}</dl></section>'


def meaning(context, text):
    """An entry without its note on the lesson, since this page is that lesson."""
    return markdown(context, re.sub(r" \(Lessons? .*\)$", "", text))


c.HTMLExporter.template_name = "cifar10"
c.SlidesExporter.template_name = "cifar10-slides"
c.HTMLExporter.extra_template_paths = [
    str(clone / "node_modules" / folder) for folder in ("plotly.js-dist-min", "reveal.js/dist")
]
c.HTMLExporter.filters = {"clean_html": clean, "markdown2html": markdown, "lay_out": lay_out, "explain": explain}
