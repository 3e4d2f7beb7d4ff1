"""Identities that the national tables must hold, read straight from the files."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
CAMBRIDGESHIRE = "E23000023"
ENGLAND_AND_WALES = "K04000001"
GREATER_MANCHESTER = "E23000005"
CITY, METROPOLITAN, HAMPSHIRE = "E23000034", "E23000001", "E23000030"
TOTAL = "Total recorded crime (excluding fraud)"
FRAUD = "Fraud recorded by forces (to 2012-13)"
DRIVING = "Death or serious injury - unlawful driving"
OLD_BURGLARY = ["Domestic burglary", "Non-domestic burglary"]
LATE = "to December 2025"
REVISED = "revised to December 2018"


def table(name, **options):
    return pd.read_csv(DATASETS / f"{name}.csv", keep_default_na=False, na_values=[""], **options)


AREAS = table("areas").set_index("area_code")
FORCES = set(AREAS.index[AREAS["kind"] == "police_force_area"])
QUARTERS = table("recorded_crime_quarters")
YEARS = table("recorded_crime_years")
LATE_QUARTERS = QUARTERS[QUARTERS["vintage"] == LATE]
REVISED_YEARS = YEARS[YEARS["vintage"] == REVISED]
FIRST_YEARS = YEARS[YEARS["vintage"] == "first published"]
HELD = table("recorded_crime")
CODES = table("recorded_crime_codes", dtype={"offence_code": str})
SPENDING = table("spending")
STREET = table("street_crime_2025")


def quarters_of(start, end, offences=None):
    """Sum the four quarters of the late vintage by area and offence."""
    inside = LATE_QUARTERS[LATE_QUARTERS["period_end"].between(start, end)]
    assert inside["period_end"].nunique() == 4
    counts = inside.pivot_table(
        index="area_code", columns="offence", values="offences", aggfunc="sum"
    )
    return counts if offences is None else counts[offences].sum(axis=1)


def year_of(end, frame=REVISED_YEARS):
    chosen = frame[frame["period_end"] == end]
    return chosen.pivot(index="area_code", columns="offence", values="offences")


# Counts of recorded crime


def test_classes_add_up_to_the_total_in_every_row():
    wide = REVISED_YEARS.pivot(
        index=["area_code", "period_end"], columns="offence", values="offences"
    )
    parts = wide.drop(columns=[TOTAL, FRAUD]).sum(axis=1)
    assert len(wide) == 2_288
    assert (parts == wide[TOTAL]).all()


def test_subgroups_add_up_to_the_total_in_every_quarter():
    wide = LATE_QUARTERS.pivot(
        index=["area_code", "period_end"], columns="offence", values="offences"
    )
    assert len(wide) == 44 * 55
    assert (wide.drop(columns=[TOTAL, FRAUD]).sum(axis=1) == wide[TOTAL]).all()


def test_forces_and_transport_police_come_to_the_national_total():
    whole = REVISED_YEARS[REVISED_YEARS["period_end"].eq("2018-12-31")]
    counted = whole.loc[whole["offence"] == TOTAL]
    assert set(counted["area_code"]) == FORCES | {"BTP"}
    held = HELD[HELD["period_end"].eq("2018-12-31") & HELD["offence"].eq(TOTAL)]
    national = held.set_index("area_code").loc[ENGLAND_AND_WALES, "offences"]
    assert counted["offences"].sum() == national == 5_153_064


def test_the_other_workbook_has_the_same_cells_but_two():
    ours, theirs = year_of("2018-12-31"), year_of("2018-12-31", HELD)
    forces = sorted(FORCES)
    classes = [name for name in theirs if name in ours.columns and name != TOTAL]
    # A handful of records stayed in the old classes of burglary: the other workbook adds them.
    left = {
        "Residential burglary": ours["Domestic burglary"],
        "Non-residential burglary": ours["Non-domestic burglary"],
    }
    as_they_stand = sum((ours.loc[forces, n] == theirs.loc[forces, n]).sum() for n in classes)
    with_the_left = sum(
        (ours[n].add(left.get(n, 0), fill_value=0).loc[forces] == theirs.loc[forces, n]).sum()
        for n in classes
    )
    burglary = ours[["Residential burglary", "Non-residential burglary", *OLD_BURGLARY]].sum(axis=1)
    whole = (burglary.loc[forces] == theirs.loc[forces, "Burglary"]).sum()
    assert (len(classes) + 1) * 43 == 860
    assert (as_they_stand + whole, with_the_left + whole) == (858, 860)
    assert (ours.loc[forces, TOTAL] == theirs.loc[forces, TOTAL]).all()


@pytest.mark.parametrize(
    ("start", "end"), [("2012-04-01", "2013-03-31"), ("2013-04-01", "2014-03-31")]
)
def test_quarters_make_the_rolling_years_of_the_other_vintage(start, end):
    quarters, years = quarters_of(start, end), year_of(end)
    sums = {
        TOTAL: [TOTAL],
        "Robbery": ["Robbery of business property", "Robbery of personal property"],
        "Sexual offences": ["Rape", "Other sexual offences"],
        "Criminal damage and arson": ["Arson", "Criminal damage"],
        "Drug offences": ["Possession of drugs", "Trafficking of drugs"],
    }
    same = ["Bicycle theft", "Shoplifting", "Vehicle offences", "Theft from the person"]
    same += ["All other theft offences", "Domestic burglary", "Non-domestic burglary", "Homicide"]
    for name, parts in (sums | {name: [name] for name in same}).items():
        assert (quarters[parts].sum(axis=1) == years[name]).sum() == 44, name


def test_a_quarter_of_a_year_and_a_year_are_told_apart():
    for frame, months in ((QUARTERS, 3), (YEARS, 12)):
        start = pd.to_datetime(frame["period_start"])
        end = pd.to_datetime(frame["period_end"])
        assert (start + pd.DateOffset(months=months) == end + pd.Timedelta(days=1)).all()


def test_the_class_breaks_of_2013_are_what_the_other_vintage_shows():
    quarters, years = quarters_of("2012-04-01", "2013-03-31"), year_of("2013-03-31")
    without = years["Violence without injury"] + years["Stalking and harassment"]
    with_injury = years["Violence with injury"] + years[DRIVING]
    assert (quarters["Violence without injury"] == without).sum() == 44
    assert (quarters["Violence with injury"] == with_injury).sum() == 44
    assert not {"Stalking and harassment", DRIVING} & set(quarters.columns)
    breaks = table("breaks").set_index("break_id")
    named = breaks.loc[["violence-without-injury-2013", "violence-with-injury-2013"]]
    assert set(named["changed_on"]) == {"2013-04-01"}
    assert set(named["vintage"]) == {LATE}


def test_the_earlier_vintage_agrees_in_the_quarters_of_2012_to_2014():
    early = QUARTERS[QUARTERS["vintage"].eq("to June 2023") & QUARTERS["period_end"].lt("2015")]
    wide = early.pivot(index=["area_code", "period_end"], columns="offence", values="offences")
    late = LATE_QUARTERS.pivot(
        index=["area_code", "period_end"], columns="offence", values="offences"
    ).loc[wide.index]
    vehicles = ["Theft from a vehicle", "Theft of a motor vehicle", "Vehicle interference"]
    assert len(wide) == 484
    assert (wide[TOTAL] == late[TOTAL]).sum() == 484
    assert (wide[vehicles].sum(axis=1) == late["Vehicle offences"]).sum() == 484


def test_domestic_and_residential_burglary_never_share_a_noughts_row():
    for name, first in (("Domestic burglary", None), ("Residential burglary", "2017-06-30")):
        ends = LATE_QUARTERS.loc[LATE_QUARTERS["offence"] == name, "period_end"]
        assert first is None or ends.min() == first
    after = LATE_QUARTERS[
        LATE_QUARTERS["offence"].eq("Domestic burglary")
        & LATE_QUARTERS["period_end"].gt("2017-03-31")
    ]
    assert (after["offences"] != 0).all()
    assert after["offences"].abs().sum() < 1_000


def test_corrections_stay_negative():
    assert (LATE_QUARTERS["offences"] < 0).sum() == 26
    assert LATE_QUARTERS["offences"].min() == -120


@pytest.mark.parametrize(
    ("offences", "in_2019", "in_2023", "change"),
    [
        (["Residential burglary", "Domestic burglary"], 3_518, 2_209, "-37.2"),
        (["Robbery of personal property"], 741, 639, "-13.8"),
        (["Theft from the person"], 991, 914, "-7.8"),
        (["Bicycle theft"], 4_621, 2_224, "-51.9"),
        (
            [
                "Residential burglary",
                "Domestic burglary",
                "Robbery of personal property",
                "Theft from the person",
                "Vehicle offences",
            ],
            11_405,
            8_609,
            "-24.5",
        ),
        ([TOTAL], 67_899, 70_889, "4.4"),
    ],
)
def test_the_counts_behind_the_panel_report_in_one_vintage(offences, in_2019, in_2023, change):
    here = LATE_QUARTERS[
        LATE_QUARTERS["area_code"].eq(CAMBRIDGESHIRE) & LATE_QUARTERS["offence"].isin(offences)
    ]
    counts = here.groupby(here["period_end"].str[:4])["offences"].sum()
    assert (counts["2019"], counts["2023"]) == (in_2019, in_2023)
    percent = Fraction(100 * (in_2023 - in_2019), in_2019)
    assert abs(percent - Fraction(change)) <= Fraction(1, 20)


def test_first_published_years_hold_their_own_identities():
    groups = [
        "Violence against the person",
        "Sexual offences",
        "Robbery",
        "Theft offences",
        "Criminal damage and arson",
        "Drug offences",
        "Possession of weapons offences",
        "Public order offences",
        "Miscellaneous crimes against society",
    ]
    wide = FIRST_YEARS.dropna(subset="offences").pivot(
        index=["period_end", "area_code"], columns="offence", values="offences"
    )
    assert len(wide) == 469
    assert (wide[groups].sum(axis=1) == wide[TOTAL]).all()
    police = wide[wide.index.get_level_values("area_code").isin(FORCES | {"BTP"})]
    national = wide.xs(ENGLAND_AND_WALES, level="area_code")
    assert (police.groupby("period_end")[TOTAL].sum() == national[TOTAL]).sum() == 10


def test_first_published_years_are_the_cells_of_the_held_workbooks():
    keys = ["area_code", "offence", "period_end"]
    both = FIRST_YEARS.merge(HELD, on=keys, suffixes=("", "_held")).dropna(subset="offences")
    both = both[both["period_end"].isin(["2018-09-30", "2019-09-30"])]
    both = both[both["area_code"].isin(FORCES)]
    assert (both["offences"] == both["offences_held"]).all()
    assert len(both) == 85 * 23
    missing = FIRST_YEARS[FIRST_YEARS["offences"].isna()]
    assert set(missing["area_code"]) == {GREATER_MANCHESTER}
    assert set(missing["period_end"]) == {"2019-09-30"}
    assert set(missing["unknown"]) == {"not_published"}


def test_offence_codes_make_the_years_of_the_quarters():
    codes = CODES[CODES["vintage"] == LATE].groupby(["area_code", "period_start"])["offences"].sum()
    for start, end in (("2016-04-01", "2017-03-31"), ("2024-04-01", "2025-03-31")):
        total = quarters_of(start, end, [TOTAL])
        assert (codes.xs(start, level="period_start") == total).sum() == 44
    by_year = CODES.groupby("period_start")["offences"].sum()
    assert by_year[["2019-04-01", "2020-04-01", "2021-04-01", "2022-04-01"]].tolist() == [
        5_304_452,
        4_606_062,
        5_331_063,
        5_581_608,
    ]
    assert (CODES.groupby("period_start")["vintage"].nunique() == 1).all()
    last = CODES[CODES["period_start"] == "2025-04-01"]
    assert set(last["period_end"]) == {"2025-12-31"}


def test_offence_codes_of_the_earlier_vintage_make_its_quarters():
    early = QUARTERS[QUARTERS["vintage"] == "to June 2023"]
    first = early["period_start"].str[:4].astype(int)
    first -= early["period_start"].str[5:7].eq("01")
    year = first.astype(str) + "-04-01"
    quarters = early.groupby(["area_code", year.rename("period_start"), "offence"])["offences"]
    quarters = quarters.sum().unstack("offence")
    wordings = table("offence_codes", dtype=str)
    wordings = wordings[wordings["vintage"] == "to June 2023"]
    codes = CODES[CODES["vintage"] == "to June 2023"]
    fraud = set(wordings.loc[wordings["offence_group"].str.startswith("Fraud"), "offence_code"])
    of_fraud = codes["offence_code"].isin(fraud)
    assert set(codes.loc[of_fraud, "period_start"]) == {"2012-04-01"}
    codes = codes[~of_fraud]
    by_area = codes.groupby(["area_code", "period_start"])["offences"].sum()
    assert len(by_area) == 44 * 10
    assert (by_area == quarters.loc[by_area.index, TOTAL]).all()
    for name in ("Theft from a vehicle", "Theft of a motor vehicle", "Vehicle interference"):
        own = set(wordings.loc[wordings["offence_subgroup"] == name, "offence_code"])
        sums = codes[codes["offence_code"].isin(own)].groupby(["area_code", "period_start"])
        counted = sums["offences"].sum().reindex(by_area.index, fill_value=0)
        assert (counted == quarters.loc[by_area.index, name]).all(), name


def test_every_offence_code_has_a_wording():
    assert set(CODES["offence_code"]) <= set(table("offence_codes", dtype=str)["offence_code"])


# Street-level records


def test_the_district_rows_hold_the_files_of_cambridgeshire():
    district = STREET[STREET["level"] == "district"]
    force = STREET[STREET["level"].eq("force") & STREET["area_code"].eq(CAMBRIDGESHIRE)]
    keys = ["category", "period_end"]
    by_district = district.groupby(keys)["records"].sum()
    assert (by_district == force.groupby(keys)["records"].sum()).all()
    assert by_district.sum() == 84_941
    assert district.loc[district["recorded_as"] == "incident", "records"].sum() == 14_406
    nowhere = district.groupby("location")["records"].sum()
    assert nowhere[["not_located", "outside_the_force"]].tolist() == [2_651, 620]


def test_coverage_says_which_forces_are_whole():
    coverage = table("street_coverage_2025")
    whole = coverage.groupby("area_code")["status"].apply(lambda status: (status == "read").all())
    assert set(coverage["area_code"]) == FORCES
    assert set(whole[whole].index) == set(STREET.loc[STREET["level"] == "force", "area_code"])
    assert whole.sum() == 37
    assert (coverage["records"].isna() == coverage["status"].ne("read")).all()
    read = coverage[coverage["area_code"].isin(whole[whole].index)]
    counted = STREET[STREET["level"] == "force"].groupby(["area_code", "period_end"])
    held = read.set_index(["area_code", "period_end"])["records"]
    assert (counted["records"].sum() == held).all()


def test_small_areas_make_the_districts_in_both_years():
    places = table("street_crime_lsoa")
    keys = ["area_code", "category"]
    street = table("street_crime")
    of_2024 = street[street["period_start"].ge("2024") & street["location"].eq("in_the_area")]
    of_2025 = STREET[STREET["level"].eq("district") & STREET["location"].eq("in_the_area")]
    for year, districts in (("2024-12-31", of_2024), ("2025-12-31", of_2025)):
        small = places[places["period_end"] == year].groupby(keys)["records"].sum()
        large = districts.groupby(keys)["records"].sum()
        assert (small == large.loc[small.index]).all()
        assert small.sum() == large.sum()
    elsewhere = street[street["period_start"].ge("2024") & street["location"].ne("in_the_area")]
    small = places.loc[places["period_end"] == "2024-12-31", "records"].sum()
    assert small + elsewhere["records"].sum() == 83_021
    assert places["lsoa_code"].nunique() == 516


def test_the_outcome_files_of_2024_hold_what_the_counts_say():
    outcomes = table("street_outcomes")
    unknown = outcomes["category"] == "not in the street files of 2024"
    assert outcomes["outcomes"].sum() == 68_619
    assert outcomes.loc[unknown, "outcomes"].sum() == 4_517


# Outcomes, people, deprivation and incidents


def test_outcomes_of_2024_25_are_the_offences_of_2024_25():
    outcomes = table("crime_outcomes")
    year = outcomes[outcomes["period_start"] == "2024-04-01"]
    given = year.groupby("area_code")["outcomes_of_offences"].sum()
    assert (given == quarters_of("2024-04-01", "2025-03-31", [TOTAL])).sum() == 44


def test_outcomes_of_earlier_years_come_to_the_offences_of_their_year():
    outcomes = table("crime_outcomes")
    own = outcomes[~outcomes["offence_group"].str.startswith("Fraud")]
    given = own.groupby(["period_start", "area_code"])["outcomes_of_offences"].sum()
    of_2017, of_2018 = given["2017-04-01"], given["2018-04-01"]
    offences = year_of("2018-03-31")[TOTAL]
    assert (of_2017 == offences).sum() == 43
    assert (of_2017 - offences).abs().max() == 1
    # The year after is of another vintage than the quarters.
    share = of_2018 / quarters_of("2018-04-01", "2019-03-31", [TOTAL])
    assert len(share) == 44
    assert share.between(0.98, 1.03).all()


def test_officers_of_the_forces_make_the_national_series():
    people = table("workforce")
    officers = people[people["worker_type"].eq("police officer") & people["area_code"].isin(FORCES)]
    by_day = officers.groupby("as_at")["fte"].sum()
    series = table("national_series")
    national = series[series["category"] == "police officers"].set_index("period_end")["value"]
    days = [f"{year}-03-31" for year in range(2007, 2023)]
    assert ((by_day[days] - national[days]).abs().round(2) <= 0.02).sum() == 16
    assert abs(by_day["2023-03-31"] - 147_429.62) < 0.005
    of_forces = people[people["area_code"].isin(FORCES)]
    for category, types in (
        ("police staff", ["police staff", "designated officer"]),
        ("community support officers", ["police community support officer"]),
    ):
        counted = of_forces[of_forces["worker_type"].isin(types)].groupby("as_at")["fte"].sum()
        printed = series[series["category"] == category].set_index("period_end")["value"]
        assert ((counted[days] - printed[days]).abs().round(2) <= 0.03).sum() == 16
    assert officers.groupby("as_at")["area_code"].nunique().eq(43).all()
    volunteers = people["worker_type"].isin(["special constable", "police support volunteer"])
    assert (people["fte"].isna() == volunteers).all()


def test_deprivation_ranks_follow_from_the_scores():
    deprivation = table("deprivation")
    for _, rows in deprivation.groupby(["level", "domain"]):
        # Scores are rounded: among equal ones the printed rank decides, never across.
        ranks = rows.groupby("average_score")["rank_of_average_score"].agg(["min", "max"])
        ranks = ranks.sort_index(ascending=False)
        assert (ranks["min"].iloc[1:].to_numpy() > ranks["max"].iloc[:-1].to_numpy()).all()
        assert sorted(rows["rank_of_average_score"])[0] == 1
        assert set(rows["areas_ranked"]) == {len(rows)}
    force = deprivation[deprivation["level"] == "force"]
    assert force["area_code"].str.startswith("E23").all()
    assert force["area_code"].nunique() == 39


def test_incidents_of_the_forces_make_the_national_count():
    incidents = table("asb_incidents")
    wide = incidents.pivot(index="period_end", columns="area_code", values="incidents")
    forces = wide[sorted(FORCES)].sum(axis=1)
    assert (forces == wide["E92000001"] + wide["W92000004"]).all()
    regions = sorted(AREAS.index[AREAS["kind"] == "region"])
    assert (wide[regions].sum(axis=1) == wide["E92000001"]).all()
    known = wide["BTP"].notna()
    assert known.sum() == 7
    assert (forces + wide["BTP"] == wide[ENGLAND_AND_WALES])[known].all()
    assert (incidents["incidents"].isna() == incidents["unknown"].notna()).all()


def test_the_two_methods_of_knife_offences_are_told_apart():
    knife = table("knife_and_firearm_offences")
    here = knife[knife["area_code"].eq(CAMBRIDGESHIRE) & knife["offence"].str.contains("knife")]
    by_method = here[here["period_end"] == "2019-03-31"].set_index("method")["offences"]
    assert by_method.to_dict() == {
        "as recorded by forces": 380,
        "National Data Quality Improvement Service": 470,
    }
    missing = knife[knife["offences"].isna()]
    assert GREATER_MANCHESTER in set(missing["area_code"])
    assert set(missing["unknown"]) == {"not_published"}


# Money


def accounts(name, **chosen):
    rows = SPENDING[SPENDING["account"] == name]
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return rows.pivot(index=["area_code", "period_start"], columns="measure", values="amount_gbp")


@pytest.mark.parametrize("side", ["gross", "net"])
def test_the_four_parts_of_a_commissioners_costs_make_the_total(side):
    wide = accounts("Commissioner's costs", gross_or_net=side)
    wide = wide[wide.index.get_level_values("period_start") >= "2014-04-01"]
    parts = ["Cost of the democratic process", "Office of the commissioner"]
    parts += ["Commissioned services", "Share of formal shared services"]
    total = wide["Commissioner, total"]
    city = wide.index.get_level_values("area_code") == CITY
    assert len(wide) == 172
    # Cells of the profiles are rounded to thousandths of a thousand pounds.
    assert ((wide[parts].sum(axis=1) - total).abs() < 10)[~city].sum() == 168
    assert wide[city].isna().all(axis=None)


def test_what_is_not_reported_is_unknown_and_never_zero():
    services = SPENDING[SPENDING["measure"] == "Commissioned services"]
    gross = services[services["gross_or_net"] == "gross"]
    unknown = gross[gross["amount_gbp"].isna()].groupby("area_code")["unknown"].agg(list)
    assert unknown.to_dict() == {
        METROPOLITAN: ["not_published"] * 3,
        HAMPSHIRE: ["not_published"],
        CITY: ["not_applicable"] * 4,
    }
    assert (gross["amount_gbp"].dropna() > 0).all()
    here = gross[gross["area_code"].eq(CAMBRIDGESHIRE) & gross["period_start"].eq("2016-04-01")]
    assert here["amount_gbp"].tolist() == [3_042_000]
    london = gross[gross["area_code"].eq(METROPOLITAN) & gross["period_start"].eq("2017-04-01")]
    assert london["amount_gbp"].tolist() == [48_984_000]
    assert (SPENDING["amount_gbp"].isna() == SPENDING["unknown"].notna()).all()


def test_band_d_is_the_requirement_over_the_base():
    tax = table("council_tax", dtype={"band_d_gbp": str, "tax_base": str})
    tax = tax.dropna(subset="tax_base").set_index(["area_code", "period_start"])
    asked = SPENDING[SPENDING["account"] == "Council tax"].set_index(["area_code", "period_start"])
    both = tax.join(asked["amount_gbp"], how="inner")
    equal = 0
    for row in both.itertuples():
        quotient = Fraction(row.amount_gbp) / Fraction(row.tax_base)
        equal += abs(quotient - Fraction(row.band_d_gbp)) <= Fraction(1, 100)
    assert (len(both), equal) == (379, 379)


def test_the_two_sources_of_band_d_agree():
    tax = table("council_tax")
    asked = tax[tax["tax_base"].notna()].set_index(["area_code", "period_start"])["band_d_gbp"]
    listed = tax[tax["source_id"] == "dluhc-band-d-1996-2023"]
    listed = listed.set_index(["area_code", "period_start"])["band_d_gbp"]
    both = pd.concat([asked, listed], axis=1, join="inner")
    assert len(both) == 370
    assert (both.iloc[:, 0] == both.iloc[:, 1]).all()


def test_the_requirement_of_2023_24_comes_to_the_printed_sum():
    asked = SPENDING[SPENDING["account"] == "Council tax"]
    year = asked[asked["period_start"].eq("2023-04-01") & asked["area_code"].ne(METROPOLITAN)]
    assert len(year) == 37
    assert round(year["amount_gbp"].sum(), 2) == 3_989_428_936.78


def test_reserves_roll_forward():
    wide = accounts("Revenue outturn").dropna(subset="Earmarked reserves at 1 April")
    gaps = [
        wide[f"{kind} reserves at 1 April"]
        + wide[f"Change in {kind.lower()} reserves"]
        - wide[f"{kind} reserves at 31 March"]
        for kind in ("Earmarked", "Unallocated")
    ]
    # Printed in thousands; one cell has a fraction of one.
    rolled = (gaps[0].abs() < 1_000) & (gaps[1].abs() < 1_000)
    assert (len(wide), rolled.sum()) == (295, 295)


def test_net_revenue_expenditure_is_financed_but_in_one_year_of_derbyshire():
    wide = accounts("Revenue outturn").dropna(subset="Earmarked reserves at 1 April")
    financing = ["Net revenue expenditure", "Change in earmarked reserves"]
    financing += ["Change in unallocated reserves", "Police grant", "Revenue support grant"]
    financing += ["Redistributed or retained business rates", "Other items"]
    financing += ["Collection fund surplus or deficit"]
    gap = wide[financing].sum(axis=1) - wide["Council tax requirement"]
    # Each term is rounded to a thousand pounds.
    far = gap[gap.abs() > 2_000]
    assert len(gap) == 295
    assert far.to_dict() == {("E23000018", "2017-04-01"): 36_000}


def test_the_requirement_of_the_outturn_is_that_of_the_returns_but_six_times():
    outturn = accounts("Revenue outturn")["Council tax requirement"].dropna().rename("outturn")
    asked = accounts("Council tax")["Council tax requirement"].rename("asked")
    both = pd.concat([outturn, asked], axis=1, join="inner")
    same = (both["outturn"].abs() - both["asked"]).abs() < 1_000
    assert (len(both), same.sum()) == (147, 141)
    assert set(both.index[~same].get_level_values("period_start")) == {"2017-04-01"}


@pytest.mark.parametrize("year", range(2012, 2018))
def test_functions_add_up_to_the_whole(year):
    wide = accounts("Function", gross_or_net="net")
    wide = wide[wide.index.get_level_values("period_start") == f"{year}-04-01"]
    wide = wide.dropna(axis=1, how="all")
    whole = "All functions"
    parts = [name for name in wide if not name.startswith("All functions")]
    assert len(wide) == 43
    assert ((wide[parts].sum(axis=1) - wide[whole]).abs() < 2_000).sum() == 43
