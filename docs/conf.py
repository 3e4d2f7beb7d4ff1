"""Builds the documentation; what can be generated is generated here, from where it stands."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode, math_block
from latex2mathml.converter import convert

import pccfunding
from pccfunding.office.start_folder import choices_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

project = "pccfunding"
author = "The pccfunding authors"
copyright = "The pccfunding authors"
version = release = pccfunding.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build", "gallery", "front-picture.md"]
# The first of these is what autosummary writes.
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "pccfunding"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    # The theme's expandable sections have buttons without a name.
    "navigation_depth": 1,
    "navbar_persistent": ["named-search-button"],
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["house.css"]


def public_names() -> dict[str, list[str]]:
    """Give the public names by the module that they come from, as the stub lists them."""
    stub = ROOT / "pccfunding" / "__init__.pyi"
    found: dict[str, list[str]] = {}
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names = [alias.asname or alias.name for alias in node.names]
            found.setdefault(node.module or "", []).extend(names)
    return found


def purpose(module: str) -> str:
    """Give the sentence that a module begins with."""
    path = ROOT / "pccfunding" / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").split("\n")[0]


def room_classes() -> list[str]:
    """Give the classes of the rooms that are no public names themselves.

    A text that shows itself as a table, and Axes that show themselves as a picture, are told where
    they are made: their methods are those of str and of matplotlib.
    """
    from matplotlib.axes import Axes

    names = public_names()
    public = {name for module, found in names.items() if module for name in found}
    return [
        f"{room}.{name}"
        for room in names[""]
        if room != "schemas"
        for name in getattr(pccfunding, room).__all__
        if name not in public
        and isinstance(thing := getattr(getattr(pccfunding, room), name), type)
        and not issubclass(thing, str | Axes)
    ]


def write_api() -> None:
    """Write the page of public names, a section a task, then the classes of the rooms."""
    lines = ["Public names", "============", ""]
    lines += ["All of them are reached as ``pccfunding.name``, by what they are for.", ""]
    tasks = tomllib.loads((DOCS / "reference" / "tasks.toml").read_text(encoding="utf-8"))["task"]
    for task in tasks:
        lines += [task["title"], "-" * len(task["title"]), "", task["about"], ""]
        lines += [".. autosummary::", "   :toctree: generated", ""]
        lines += [f"   pccfunding.{name}" for name in task["names"]] + [""]
    lines += ["Modules", "-------", "", "Rooms with calls of their own.", ""]
    lines += [".. autosummary::", "   :toctree: generated", ""]
    lines += [f"   pccfunding.{name}" for name in public_names()[""]] + [""]
    lines += ["Results and errors", "------------------", ""]
    lines += ["Classes that calls return or raise; each is reached through its room.", ""]
    lines += [".. autosummary::", "   :toctree: generated", ""]
    lines += [f"   pccfunding.{name}" for name in room_classes()] + [""]
    (DOCS / "reference" / "api.rst").write_text("\n".join(lines), encoding="utf-8")


def write_dictionary() -> None:
    """Write the data dictionary from the descriptor of the bundled data package."""
    described = json.loads((ROOT / "datasets" / "datapackage.json").read_text(encoding="utf-8"))
    lines = ["# Data dictionary", ""]
    lines += ["One section a table of `datasets/`, from the contracts in `pccfunding.schemas`.", ""]
    for resource in described["resources"]:
        lines += [f"## {resource['name']}", "", resource.get("description", ""), ""]
        lines += ["| column | type | what it holds |", "|---|---|---|"]
        for field in resource["schema"]["fields"]:
            lines.append(f"| `{field['name']}` | {field['type']} | {field_words(field)} |")
        lines.append("")
    (DOCS / "reference" / "data-dictionary.md").write_text("\n".join(lines), encoding="utf-8")


def field_words(field: dict[str, Any]) -> str:
    """Give the description of a column with its unit and, where they are few, its values."""
    words = str(field.get("description", ""))
    if field.get("unit"):
        words += f" Unit: {field['unit']}."
    values = field.get("constraints", {}).get("enum", [])
    if values:
        words += " One of " + ", ".join(f"`{value}`" for value in values) + "."
    return words.replace("|", "\\|")


def copy_notebooks() -> None:
    """Bring the notebooks below the documentation, as they were executed.

    The empty corner of a frame is a header without a name where pandas writes it: here a cell. A
    plot stands in the page, with the words that it carries, and not as a file without any.
    """
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8").replace("<th></th>", "<td></td>"))
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if svg := output.get("data", {}).pop("image/svg+xml", None):
                    output["data"]["text/html"] = svg
        (DOCS / "tutorial" / path.name).write_text(json.dumps(notebook), encoding="utf-8")


def write_gallery() -> None:
    """Run each script of the gallery and set its plot, with its words, below its code."""
    lines = ["# Gallery", ""]
    lines += [
        "Each plot with the code that draws it. A plot takes a plain frame, computes nothing,"
    ]
    lines += ["sets no global style and returns its Axes; `alt_text` gives its words.", ""]
    for script in sorted((DOCS / "gallery").glob("*.py")):
        code = script.read_text(encoding="utf-8")
        title = str(ast.get_docstring(ast.parse(code))).rstrip(".")
        body = code.split("\n\n", 1)[1].rstrip()
        axes = runpy.run_path(str(script))["axes"]
        svg = pccfunding.plots.figure_svg(axes, prefix=script.stem[3:])
        lines += [f"## {title}", "", "```python", body, "```", ""]
        lines += ["```{raw} html", svg, "```", ""]
    (DOCS / "reference" / "gallery.md").write_text("\n".join(lines), encoding="utf-8")


def write_front() -> None:
    """Run the code of the front page and keep the picture that it draws."""
    page = (DOCS / "index.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    if code is None:
        raise LookupError("docs/index.md shows no code; its picture is drawn by it.")
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code[1], "docs/index.md", "exec"), names)  # noqa: S102
    svg = pccfunding.plots.figure_svg(names["axes"], prefix="front")
    (DOCS / "front-picture.md").write_text(f"```{{raw}} html\n{svg}\n```\n", encoding="utf-8")


def write_rooms() -> None:
    """Write what each file of the rooms that are packages is for, from its first sentence."""
    package = ROOT / "pccfunding"
    lines = ["# Inside the rooms", ""]
    lines += ["What each file is for, by room, as its first sentence says.", ""]
    for room in sorted(path.parent for path in package.rglob("__init__.py")):
        if room == package:
            continue
        inside = ".".join(room.relative_to(package).parts)
        lines += [f"## {inside}", "", purpose(inside), "", "| file | for |", "|---|---|"]
        for path in sorted(room.glob("[!_]*.py")):
            lines.append(f"| `{path.name}` | {purpose(f'{inside}.{path.stem}')} |")
        lines.append("")
    (DOCS / "explanation" / "rooms.md").write_text("\n".join(lines), encoding="utf-8")


def write_workbook() -> None:
    """Write how each sheet of the workbook is filled, with its columns and allowed values."""
    how = tomllib.loads((ROOT / "docs" / "reference" / "workbook.toml").read_text("utf-8"))
    lines = ["# The workbook, sheet by sheet", ""]
    lines += ["What a person types into `evidence.xlsx`. Headers in bold are needed: a row without"]
    lines += ["them is named and left out. A row whose first cell begins with “Example:” is never"]
    lines += ["read. Whatever a cell allows stands in its drop-down too.", ""]
    for sheet in pccfunding.office.SHEETS:
        lines += [f"## {sheet.name}", "", sheet.title, "", how[sheet.name]["how"].strip(), ""]
        lines += ["| column | what to type | for example |", "|---|---|---|"]
        for column in sheet.columns:
            title = f"**{column.title}**" if column.needed else column.title
            words = column.comment
            if column.choices == "districts":
                words += " Allowed: the districts of the area."
            elif column.choices:
                words += f" Allowed: {', '.join(choices_of(column, None))}"
                words += "." if column.kind == "choice" else "; or a year."
            elif column.leads_to:
                words += " Its drop-down offers those names."
            lines.append(f"| {title} | {words} | {column.example} |")
        lines.append("")
    (DOCS / "reference" / "workbook.md").write_text("\n".join(lines), encoding="utf-8")


def write_formula(self: Any, node: Any) -> None:
    """Write a formula as MathML, which a browser shows and reads out without any script."""
    display = "block" if isinstance(node, math_block) else "inline"
    self.body.append(convert(node.astext(), display=display))
    raise SkipNode


def setup(app: Any) -> None:
    """Register the writer of formulae."""
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))


write_api()
write_dictionary()
copy_notebooks()
write_gallery()
write_front()
write_rooms()
write_workbook()
