"""Sources as papers cite them: a sentence, BibTeX or CSL JSON; and the package itself."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args

from pccfunding.errors import one_of
from pccfunding.words import day_words, is_missing

__all__ = ["citation"]

Style = Literal["text", "bibtex", "csl"]

# What BibTeX and CSL call the kinds of a source.
_TYPES = {
    "report": ("techreport", "report"),
    "statistics": ("misc", "dataset"),
    "news": ("misc", "article-newspaper"),
    "hansard": ("misc", "document"),
    "law": ("misc", "legislation"),
    "software": ("misc", "software"),
}
_WEB = ("misc", "webpage")
_PACKAGE = {
    "source_id": "pccfunding",
    "title": "pccfunding: published figures of police and crime commissioning, reconciled",
    "publisher": "The pccfunding authors",
    "kind": "software",
}
_TEX = {
    "\\": r"\textbackslash{}",
    "£": r"{\pounds}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def citation(style: Style = "text") -> str:
    """Cite this package itself, as CITATION.cff does; the figures have sources of their own.

    Parameters
    ----------
    style : {"text", "bibtex", "csl"}, default "text"
        A sentence, a BibTeX entry, or CSL JSON as Zotero, pandoc and Quarto read it.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        If the style is none of the three.

    See Also
    --------
    cite : the sources of a table or a result.

    Examples
    --------
    >>> citation("bibtex").splitlines()[0]
    '@misc{pccfunding,'
    """
    from pccfunding import __version__

    return written([_PACKAGE | {"version": __version__}], style)


def written(sources: list[dict[str, Any]], style: Style) -> str:
    """Write sources one after the other in a style.

    Parameters
    ----------
    sources : list of dict
        Rows of the table of sources.
    style : {"text", "bibtex", "csl"}

    Returns
    -------
    str
    """
    one_of(style, "style of citation", get_args(Style))
    rows = [{key: value for key, value in row.items() if not is_missing(value)} for row in sources]
    if style == "csl":
        return json.dumps([_csl(row) for row in rows], ensure_ascii=False, indent=1)
    return "\n".join(map(_bibtex if style == "bibtex" else _sentence, rows))


def _sentence(row: dict[str, Any]) -> str:
    year = f" ({_year(row)})" if _year(row) else ""
    version = f", version {row['version']}" if "version" in row else ""
    parts = [f"{row.get('publisher', 'No publisher stated')}{year}", f"{row['title']}{version}"]
    parts += [str(row["url"])] if "url" in row else []
    return f"{'. '.join(parts)}. {_note(row)}".strip()


def _bibtex(row: dict[str, Any]) -> str:
    kind = _TYPES.get(row["kind"], _WEB)[0]
    # The publisher is the author, in braces so that no surname is looked for.
    fields = {
        "title": f"{{{_tex(row['title'])}}}",
        "author": f"{{{_tex(row.get('publisher', 'No publisher stated'))}}}",
        "institution" if kind == "techreport" else "howpublished": _tex(
            row.get("publisher", "") if kind == "techreport" else _TYPES.get(row["kind"], _WEB)[1]
        ),
        "year": _year(row),
        "month": str(row["published_on"].month) if "published_on" in row else "",
        "version": row.get("version", ""),
        # An address is read by \\url, to which these signs are plain.
        "url": re.sub(r"[{}\\\s]", "", row.get("url", "")),
        "urldate": f"{row['read_on']:%Y-%m-%d}" if {"url", "read_on"} <= row.keys() else "",
        "note": _tex(_note(row)),
    }
    told = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{row['source_id']},\n{told}\n}}"


def _csl(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row["source_id"],
        "type": _TYPES.get(row["kind"], _WEB)[1],
        "title": row["title"],
    }
    if "publisher" in row:
        told |= {"author": [{"literal": row["publisher"]}], "publisher": row["publisher"]}
    if "published_on" in row:
        told["issued"] = _day(row["published_on"])
    if "url" in row and "read_on" in row:
        told["accessed"] = _day(row["read_on"])
    told |= {name: row[key] for key, name in (("url", "URL"), ("version", "version")) if key in row}
    return told | ({"note": _note(row)} if _note(row) else {})


def _day(day: Any) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _year(row: dict[str, Any]) -> str:
    return str(row["published_on"].year) if "published_on" in row else ""


def _note(row: dict[str, Any]) -> str:
    undated = row.get("published_note", "") if "published_on" not in row else ""
    licence = row.get("licence", "not stated")
    known = licence not in ("not stated", "not known")
    tokens = f"Figures: {row['tokens']}." if "tokens" in row else ""
    allowed = f"Licence: {licence}." if known else ""
    return " ".join(filter(None, [undated, _copy(row), allowed, tokens]))


def _copy(row: dict[str, Any]) -> str:
    """Say where a source was read, which is not always where it was published."""
    when = f" on {day_words(row['read_on'])}" if "read_on" in row else ""
    if "copy_url" in row:
        lost = "" if "url" in row else "; the publisher's own address is not known"
        return f"Read{when} in the public copy at {row['copy_url']}{lost}."
    return f"Read{when}." if when else ""


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in text)
