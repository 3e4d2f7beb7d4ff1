"""Offence classes of police recorded crime: their names, and the classes each is the sum of."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pccfunding.formats.count_files.printed_counts import key_of, without_hung_notes

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
_DIGITS = re.compile(r"(?<=[a-z])\d+\b|\b\d+\b")


def _spelling(words: str) -> str:
    """Write the words of a class without blanks and plurals: "Drugs offences", "Drug offence"."""
    singular = [word.removesuffix("s") for word in words.split()]
    return "".join(singular[:-1] if len(singular) > 3 and singular[-1] == "offence" else singular)


class _Names:
    """A closed list of classes: by their words, and by their spelling where it names one alone."""

    def __init__(self, printed: Mapping[str, str]) -> None:
        self.by_words = {key_of(words): name for words, name in printed.items()}
        spelt: dict[str, set[str]] = {}
        for words, name in self.by_words.items():
            spelt.setdefault(_spelling(words), set()).add(name)
        self.by_spelling = {one: held.pop() for one, held in spelt.items() if len(held) == 1}

    def known(self, heading: object) -> str | None:
        """Give the one name of a class, however it is spelt; None for any other text."""
        words = key_of(heading)
        plain = " ".join(_DIGITS.sub(" ", words).split())
        by_words = self.by_words.get(words) or self.by_words.get(plain)
        return by_words or self.by_spelling.get(_spelling(plain))


_KNOWN = _Names(
    {
        printed: name
        for name in [*PARTS, *(part for ways in PARTS.values() for way in ways for part in way)]
        for printed in (name, *_ALSO_PRINTED.get(name, ()))
    }
)


def offence_name(heading: object) -> tuple[str, bool]:
    """Give the one name of an offence class, and whether the class is a known one.

    Digits that hang on the words of a known class are notes; those of any other text are its own.
    """
    name = _KNOWN.known(heading)
    return (name, True) if name else (without_hung_notes(heading), False)


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


# The classes of the tables of knife offences, as later releases name them, and as others did.
_KNIFE = _Names({
    printed: name
    for name, also in {
        "Selected offences": ("Total selected offences", "Total", "All selected offences",
                              "Selected offences total"),
        "Homicide": ("Homicides",),
        "Attempted murder": (),
        "Threats to kill": ("Threat to kill",),
        "Assault with injury and assault with intent to cause serious harm": (
            "Assault with injury and assault with intent to cause serious harm offences",
        ),
        "Rape and sexual assault": (
            "Rape or sexual assault", "Rape and sexual assaults",
        ),
        "Rape": (), "Sexual assault": (),
        "Robbery": ("Robbery offences", "Robberies"),
    }.items()
    for printed in (name, *also)
})  # fmt: skip


def _knife_name(label: str) -> str:
    words = key_of(label)
    for marker in ("number of", "offences involving", "involving a"):
        words = words.partition(marker)[0] if not words.startswith(marker) else ""
    words = words.strip()
    known = "Selected offences" if not words else _KNIFE.known(words)
    known = known or _KNIFE.known(words.removesuffix(" offences"))
    if known is None and words.startswith(("total", "selected", "all ")):
        known = "Selected offences"
    name = known or words.removesuffix(" offences").strip().capitalize()
    return f"{name} involving a knife or sharp instrument"
