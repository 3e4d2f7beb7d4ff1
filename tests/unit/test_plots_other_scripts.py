"""Names in scripts that our font has not: whole in the picture, without a word on the terminal."""

from __future__ import annotations

import warnings
from xml.etree import ElementTree

import pandas as pd
import pytest

from pccfunding import plots
from pccfunding.errors import TableError

SVG = "{http://www.w3.org/2000/svg}"
NAMES = [
    "جمعية الشباب",
    "עמותת נוער",
    "ＦＵＬＬ ＷＩＤＴＨ",
    "青年俱乐部",
    "Đorđe 🙂 Trust",
    '青 id="x" url(#y) href="#z" & <b>',
]


def streams(names: list[str]) -> pd.DataFrame:
    amounts = [1_000.0 * at for at in range(1, len(names) + 1)]
    return pd.DataFrame({"funding_stream": names, "amount_gbp": amounts})


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_another_script_stays_text_and_warns_of_nothing(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plots.plot_streams(streams([name, "Ordinary Trust"]))
        drawn = plots.figure_svg(axes, prefix="p", alt="Two streams.")
        assert axes._repr_png_()  # type: ignore[attr-defined]
    texts = [one.text or "" for one in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert name in texts
    assert all("Ordinary" not in text for text in texts)
    assert plots.figure_svg(axes, prefix="p", alt="Two streams.") == drawn


def test_names_of_our_own_alphabet_stay_outlines() -> None:
    axes = plots.plot_streams(streams(["Café Órgiva", "Łódź – Αθήνα – Київ"]))
    assert "<text" not in plots.figure_svg(axes, prefix="p", alt="Two streams.")


def test_what_cannot_be_drawn_is_refused_in_our_words() -> None:
    with pytest.raises(TableError, match=r"amount_gbp.*inf, which no axis reaches"):
        plots.plot_streams(pd.DataFrame({"funding_stream": ["A"], "amount_gbp": [float("inf")]}))
    with pytest.raises(TableError, match="ax is a int; it takes the Axes of a figure"):
        plots.plot_streams(streams(["A", "B"]), ax=5)  # type: ignore[arg-type]
