"""Names of forces as publishers print them, with the area they must be read as."""

import pytest

from pccfunding.areas import find_area
from pccfunding.errors import UnknownNameError

FORCES = [
    ("M074", "Avon & Somerset", "E23000036"),
    ("M075", "Avon and Somerset", "E23000036"),
    ("M076", "Avon and Somerset Constabulary", "E23000036"),
    ("M078", "Devon and Cornwall", "E23000035"),
    ("M080", "City of London", "E23000034"),
    ("M081", "Metropolitan", "E23000001"),
    ("M083", "Receiver for the Metropolitan Police", "E23000001"),
    ("M084", "MOPAC", "E23000001"),
    ("M086", "Hampshire Constabulary", "E23000030"),
    ("M087", "Dyfed Powys", "W15000004"),
    ("M089", "Police and Crime Commissioner for West Mercia", "E23000016"),
    (
        "M090",
        "THE POLICE AND CRIME COMMISSIONER FOR NOTTINGHAMSHIRE OF JOINT POLICE AND FIRE "
        "HEADQUARTERS",
        "E23000019",
    ),
    ("M092", "Cambridgeshire and Peterborough", "E23000023"),
]
NOT_AREAS = [
    ("M093", "British Transport Police"),
    ("M094", "Action Fraud"),
    ("M095", "CIFAS"),
    ("M097", "All police authorities"),
]
OTHER_PRINTINGS = [
    ("Devon & Cornwall", "E23000035"),
    ("London, City of", "E23000034"),
    ("Metropolitan Police", "E23000001"),
    ("Metropolitan Police/London", "E23000001"),
    ("Mayor's Office for Policing And Crime", "E23000001"),
    ("Mayor’s Office for Policing and Crime (MOPAC)", "E23000001"),
    ("London (MOPAC)", "E23000001"),
    ("Hampshire and Isle of Wight Constabulary", "E23000030"),
    ("Greater Manchester CA", "E23000005"),
    ("York and North Yorkshire Deputy Mayor for Policing, Fire and Crime", "E23000009"),
    ("Police and Crime Commissioner for Devon, Cornwall and the Isles of Scilly", "E23000035"),
    ("Essex PFCC", "E23000028"),
    ("PCC (Cambridgeshire)", "E23000023"),
    ("Humberside [note 4]", "E23000012"),
    ("Leicestershire [note 4]", "E23000021"),
    ("Lancashire 8", "E23000003"),
    ("Avon and Somerset 9", "E23000036"),
    ("Greater Manchester8,9", "E23000005"),
    ("Wiltshire ", "E23000038"),
    ("NOTTINGHAMSHIRE POLICE OF SHERWOOD LODGE", "E23000019"),
    (
        "POLICE AND CRIME COMMISSIONER FOR DEVON, CORNWALL AND THE ISLES OF SCILLY, MIDDLEMOOR",
        "E23000035",
    ),
]


@pytest.mark.parametrize(("case", "printed", "code"), FORCES, ids=lambda value: str(value)[:24])
def test_a_printed_force_is_read_as_its_area(case, printed, code):
    assert find_area(printed).code == code, case


@pytest.mark.parametrize(("case", "printed"), NOT_AREAS, ids=lambda value: str(value)[:24])
def test_a_row_that_is_no_area_is_refused_and_named(case, printed):
    with pytest.raises(UnknownNameError, match="is no area: it is") as refused:
        find_area(printed)
    assert printed in str(refused.value), case


@pytest.mark.parametrize(("printed", "code"), OTHER_PRINTINGS)
def test_other_printings_of_the_same_kinds_are_read_too(printed, code):
    assert find_area(printed).code == code
