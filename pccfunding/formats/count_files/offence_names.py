"""Offence classes of police recorded crime: their names, and the classes each is the sum of."""

from __future__ import annotations

from pccfunding.formats.count_files.printed_counts import key_of, without_notes

TOTAL = "Total recorded crime (excluding fraud)"
_UNLAWFUL_DRIVING = "Death or serious injury - unlawful driving"

# A class and what it is made of. A later release may split a class further, an earlier one less:
# the first list whose columns are all in a table is the one that is checked there.
PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    TOTAL: (
        (
            "Violence against the person",
            "Sexual offences",
            "Robbery",
            "Theft offences",
            "Criminal damage and arson",
            "Drug offences",
            "Possession of weapons offences",
            "Public order offences",
            "Miscellaneous crimes against society",
        ),
    ),
    "Violence against the person": (
        (
            "Homicide",
            _UNLAWFUL_DRIVING,
            "Violence with injury",
            "Violence without injury",
            "Stalking and harassment",
        ),
        ("Homicide", "Violence with injury", "Violence without injury"),
    ),
    "Sexual offences": (("Rape", "Other sexual offences"),),
    "Robbery": (("Robbery of business property", "Robbery of personal property"),),
    "Theft offences": (
        (
            "Burglary",
            "Vehicle offences",
            "Theft from the person",
            "Bicycle theft",
            "Shoplifting",
            "All other theft offences",
        ),
    ),
    "Burglary": (
        ("Residential burglary", "Non-residential burglary"),
        ("Domestic burglary", "Non-domestic burglary"),
    ),
    "Criminal damage and arson": (("Criminal damage", "Arson"),),
    "Drug offences": (("Trafficking of drugs", "Possession of drugs"),),
}

_ALSO_PRINTED = {
    TOTAL: (
        "Total recorded crime",
        "Total recorded crime excluding fraud offences",
        "Total recorded offences excluding fraud",
        "Total police recorded crime excluding fraud",
        "All offences excluding fraud",
    ),
    _UNLAWFUL_DRIVING: (
        "Death or serious injury caused by illegal driving",
        "Death or serious injury unlawful driving",
        "Death or serious injury caused by unlawful driving",
    ),
    "All other theft offences": ("Other theft offences", "All other theft"),
    "Miscellaneous crimes against society": (
        "Miscellaneous crimes",
        "Miscellaneous crime against society",
    ),
    "Bicycle theft": ("Theft of bicycles", "Theft of a bicycle"),
    "Theft from the person": ("Theft from person",),
    "Possession of weapons offences": ("Possession of weapons",),
    "Public order offences": ("Public order",),
    "Vehicle offences": ("Offences against vehicles", "Vehicle crime"),
    "Criminal damage and arson": ("Criminal damage & arson",),
    "Robbery": ("All robbery", "Robbery offences"),
    "Rape": ("Rape offences",),
    "Violence against the person": ("Violence against the person offences",),
    "Domestic burglary": ("Burglary in a dwelling", "Domestic burglaries"),
    "Non-domestic burglary": ("Burglary in a building other than a dwelling",),
    "Non-residential burglary": ("Non residential burglary",),
}
_KNOWN = {
    key_of(printed): name
    for name in [*PARTS, *(part for ways in PARTS.values() for way in ways for part in way)]
    for printed in (name, *_ALSO_PRINTED.get(name, ()))
}  # fmt: skip


def offence_name(heading: object) -> tuple[str, bool]:
    """Give the one name of an offence class, and whether the class is a known one."""
    known = _KNOWN.get(key_of(heading))
    return (known, True) if known else (without_notes(heading), False)


def special_name(title: str, label: str) -> tuple[str, str] | None:
    """Name what a table counts where it is no recorded offence class as such.

    Returns
    -------
    tuple of str or None
        The name and the kind of count; None for plain recorded crime.
    """
    about = f"{title} {label}".casefold()
    if "anti-social behaviour" in about and "incident" in about:
        return "Anti-social behaviour incidents", "incidents"
    if "knife" in about or "sharp instrument" in about:
        return _knife_name(label), "knife_offences"
    if "firearm" in about:
        scope = " (excluding air weapons)" if "excluding air weapons" in about else ""
        return f"Firearm offences{scope}", "firearm_offences"
    if "fraud and computer misuse" in about:
        return "Fraud and computer misuse referrals", "fraud_referrals"
    return None


def _knife_name(label: str) -> str:
    words = key_of(label)
    for marker in ("number of", "offences involving", "involving a"):
        words = words.partition(marker)[0] if not words.startswith(marker) else ""
    words = words.removesuffix(" offences").strip()
    if not words or words.startswith(("total", "selected", "all ")):
        return "Selected offences involving a knife or sharp instrument"
    return f"{words.capitalize()} involving a knife or sharp instrument"
