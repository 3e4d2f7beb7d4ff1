"""From one year to another."""

import pccfunding as pcc

crime = pcc.load_recorded_crime()
here = crime[crime["area_code"] == pcc.find_area("Cambridgeshire").code]
classes = ["Residential burglary", "Bicycle theft", "Shoplifting"]
fell = pcc.reduction(
    here[here["offence"].isin(classes)], baseline="2019", comparison="2023", by="offence"
)
axes = pcc.plots.plot_slope(
    fell.rename(
        columns={
            "offence": "label",
            "offences_baseline": "before",
            "offences_comparison": "after",
        }
    ).assign(baseline="2019", period="2023", unit="count"),
    title="Three classes, counted twice",
)
