"""A map of tiles."""

import pccfunding as pcc

areas = pcc.load_areas()
forces = areas[areas["kind"] == "police_force_area"]
crime = pcc.load_recorded_crime()
burglary = crime[
    (crime["offence"] == "Residential burglary")
    & (crime["period_end"] == "2023-12-31")
    & crime["area_code"].isin(forces["area_code"])
]
people = pcc.load_population()
people = people[(people["reference_date"] == "2023-06-30") & (people["vintage"] == "rebased-2025")]
table = burglary.merge(people, on="area_code")
rate = (1_000 * table["offences"].astype(float) / table["persons"]).round(1)
axes = pcc.plots.plot_tiles(table.assign(value=rate), title="Residential burglary, 2023")
