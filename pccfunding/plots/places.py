"""Where each area stands on a tile map, and the name that fits its tile."""

from __future__ import annotations

# Row and column of each area, by ONS code, with a name that fits a tile.
FORCES = {
    "E23000007": (0, 3, "Northum- bria"),
    "E23000002": (1, 2, "Cumbria"),
    "E23000008": (1, 3, "Durham"),
    "E23000013": (1, 4, "Cleveland"),
    "E23000003": (2, 2, "Lanca- shire"),
    "E23000009": (2, 3, "North Yorks"),
    "E23000012": (2, 4, "Humber- side"),
    "E23000004": (3, 1, "Mersey- side"),
    "E23000005": (3, 2, "Gtr Man- chester"),
    "E23000010": (3, 3, "West Yorks"),
    "E23000011": (3, 4, "South Yorks"),
    "W15000001": (4, 0, "North Wales"),
    "E23000006": (4, 1, "Cheshire"),
    "E23000015": (4, 2, "Stafford- shire"),
    "E23000018": (4, 3, "Derby- shire"),
    "E23000019": (4, 4, "Notting- hamshire"),
    "E23000020": (4, 5, "Lincoln- shire"),
    "W15000004": (5, 0, "Dyfed- Powys"),
    "E23000016": (5, 1, "West Mercia"),
    "E23000014": (5, 2, "West Midlands"),
    "E23000021": (5, 3, "Leicester- shire"),
    "E23000022": (5, 4, "Northants"),
    "E23000023": (5, 5, "Cambs"),
    "E23000024": (5, 6, "Norfolk"),
    "W15000003": (6, 0, "South Wales"),
    "W15000002": (6, 1, "Gwent"),
    "E23000037": (6, 2, "Glouces- tershire"),
    "E23000017": (6, 3, "Warwick- shire"),
    "E23000026": (6, 4, "Bedford- shire"),
    "E23000027": (6, 5, "Hertford- shire"),
    "E23000025": (6, 6, "Suffolk"),
    "E23000036": (7, 1, "Avon & Somerset"),
    "E23000038": (7, 2, "Wiltshire"),
    "E23000029": (7, 3, "Thames Valley"),
    "E23000001": (7, 4, "Metro- politan"),
    "E23000034": (7, 5, "City of London"),
    "E23000028": (7, 6, "Essex"),
    "E23000035": (8, 0, "Devon & Cornwall"),
    "E23000039": (8, 1, "Dorset"),
    "E23000030": (8, 2, "Hamp- shire"),
    "E23000031": (8, 3, "Surrey"),
    "E23000033": (8, 4, "Sussex"),
    "E23000032": (8, 5, "Kent"),
}
DISTRICTS = {
    "E06000031": (0, 0, "Peterborough"),
    "E07000010": (0, 1, "Fenland"),
    "E07000011": (1, 0, "Huntingdonshire"),
    "E07000009": (1, 1, "East Cambridgeshire"),
    "E07000012": (2, 0, "South Cambridgeshire"),
    "E07000008": (2, 1, "Cambridge"),
}


def tile_name(code: str) -> str:
    """Name an area of either map in words; a code that is on neither stays as it is.

    Examples
    --------
    >>> tile_name("E23000015"), tile_name("E07000010")
    ('Staffordshire', 'Fenland')
    """
    name = (FORCES | DISTRICTS).get(code, (0, 0, code))[2]
    return name.replace("- ", "-" if name in _HYPHENATED else "")


_HYPHENATED = ("Dyfed- Powys",)
