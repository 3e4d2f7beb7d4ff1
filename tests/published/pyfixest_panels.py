"""What pyfixest makes of three panels: run in an environment of its own.

``python tests/published/pyfixest_panels.py [OUT]`` reads the panels of ``pyfixest_panels.json``,
fits them with ``pyfixest.fepois`` and writes coefficients, clustered errors and versions beside
them, to the same file or to another. The ordinary tests read the file only; pyfixest is no
dependency of ours.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


def main(out: Path = FILE) -> None:
    import numpy as np
    import pandas as pd
    import pyfixest as pf

    held = json.loads(FILE.read_text(encoding="utf-8"))
    for panel in held["panels"].values():
        frame = pd.DataFrame(panel["rows"], columns=panel["columns"])
        frame["log_persons"] = np.log(frame["persons"])
        terms = ["treated"]
        if panel["cells"]:
            start = frame[frame["treated"] == 1].groupby("area_code")["year"].min()
            frame["start"] = frame["area_code"].map(start)
            terms = []
            for year in sorted(start.unique()):
                for when in sorted(set(frame.loc[frame["year"] >= year, "year"])):
                    name = f"cell_{int(year)}_{int(when)}"
                    frame[name] = ((frame["start"] == year) & (frame["year"] == when)).astype(int)
                    terms.append(name)
        terms += panel["covariates"]
        # Clusters of one area with its dummy inside: the area dummies are not counted again.
        fit = pf.fepois(
            f"offences ~ {' + '.join(terms)} | area_code + year",
            frame,
            offset="log_persons",
            vcov={"CRV1": "area_code"},
            ssc=pf.ssc(k_adj=True, k_fixef="nonnested", G_adj=True),
            fixef_tol=1e-12,
            iwls_tol=1e-12,
        )
        panel["terms"] = terms
        panel["coefficients"] = [float(fit.coef()[one]) for one in terms]
        panel["errors"] = [float(fit.se()[one]) for one in terms]
    held["versions"] = {
        name: importlib.metadata.version(name) for name in ("pyfixest", "numpy", "pandas")
    }
    out.write_text(json.dumps(held, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
