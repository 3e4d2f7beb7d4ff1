"""What a column is, told from its header: synonyms, units, years, and near spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pccfunding.errors import PeriodError, nearest
from pccfunding.formats.count_files.printed_periods import names_a_part, period_spans
from pccfunding.formats.opening.chosen_headers import EXACT, STANDARD, WORD
from pccfunding.periods import Period
from pccfunding.printed.vocabulary import PER_ADVERBS, PER_NOUNS, alternation, repair

# The fields of an award list; a user's mapping names these.
AMOUNTS = ("amount", "total", "requested", "paid")
FIELDS = (
    "recipient",
    "amount",
    "purpose",
    "title",
    "funding_stream",
    "funder",
    "funder_id",
    "department",
    "award_id",
    "recipient_id",
    "awarded_on",
    "financial_year",
    "quarter",
    "period",
    "period_start",
    "period_end",
    "conditions",
    "reasons",
    "area",
    "status",
    "currency",
    "note",
    "total",
    "requested",
    "paid",
)

# Whole headers, in plain words; the titles of 360Giving stand here in the same form.
_SYNONYMS = {
    "recipient": (
        "recipient|recipients|recipient name|name of recipient|grant recipient|recipient org name|"
        "recipient organisation|recipient organization name|recipientorganization name|"
        "organisation|organisation name|name of organisation|organisations|lead organisation|"
        "organisation or project|organisation project|beneficiary|beneficiary name|provider|"
        "provided|provider name|service provider|applicant|applicants|successful applicant|"
        "applicant name|awarded to|award to|paid to|payable to|payee|supplier|supplier name|"
        "vendor|vendor name|grantee|group|name of group|group name|charity|charity name|partner|"
        "partner organisation|name|force|police force|police authority|authority|name of body|"
        "area of funding and organisation|delivery partner|delivered by|school|club|merchant name|"
        "successful bidder|contractor|company|company name|who|to whom|project organisation|"
        "recipient ind name|supplier beneficiary name|supplier beneficiary|payee name|"
        "recipient individual name|awarded organisation|commissioned provider|commissioned service"
    ),
    "amount": (
        "amount|amount awarded|amountawarded|amount of award|award amount|value|£|award value|"
        "grant value|value of grant|value of award|grant awarded|amount granted|grant amount|"
        "amount of grant|sum|sum awarded|award|grant|funding|cost|how much|amount in sterling|"
        "net amount|total value of award|amount of funding|level of funding"
    ),
    "purpose": (
        "purpose|purpose of grant|purpose of the grant|grant purpose|description|brief description|"
        "project|project name|name of project|project title|project description|details|"
        "summary|what for|reason for grant|use of grant|service|services|activity|activities|"
        "summary of the purpose of the grant|purpose of expenditure|initiative|project summary|"
        "description of project|what the money is for|expense type|g l description|service provided"
    ),
    "title": "title|grant title|award title|decision title|decision",
    "funding_stream": (
        "fund|fund name|name of fund|funding stream|stream|scheme|grant scheme|scheme name|"
        "grant programme|grant programme title|grantprogramme title|programme|funding programme|"
        "funding source|source of funding|source|funding pot|pot|grant type|type of grant|"
        "grant name|name of grant|type|category|theme|area of funding|funding type|fund source|"
        "grant stream|budget heading|priority|crime plan priority|workstream|funding route"
    ),
    "funder": (
        "funder|funder name|funded by|funding body|funding organisation|funding org name|"
        "fundingorganization name|awarded by|granted by|grant giver|awarding body|granting body|"
        "commissioner|commissioned by|paying authority|body name|organisation awarding grant"
    ),
    "department": (
        "department|directorate|team|division|service area|funding org department|cost centre|"
        "business unit|fundingorganization department"
    ),
    "award_id": (
        "id|identifier|reference|ref|ref no|ref number|reference number|reference no|grant id|"
        "grant ref|grant reference|grant number|award id|award reference|decision number|"
        "decision ref|decision reference|decision notice|decision no|uri|unique identifier|no|"
        "number|transaction number|transaction no|voucher number|unique reference|urn|pcd number|"
        "application number|application reference|bid reference|grant reference number"
    ),
    "recipient_id": (
        "recipient org identifier|recipientorganization id|recipient id|charity number|charity no|"
        "company number|company no|registration number|registered number|registered charity number|"
        "recipient org charity number|recipient org company number|beneficiary registration number|"
        "charity or company number|charity company number|organisation number|registered charity no"
    ),
    "awarded_on": (
        "date|date awarded|awarded on|award date|awarddate|date of award|decision date|"
        "date of decision|date of grant|grant date|date the grant was awarded|date agreed|"
        "date approved|approval date|date signed|date paid|payment date|date of payment|"
        "transaction date|invoice date|posting date|month|month awarded|date grant awarded"
    ),
    "quarter": "quarter|qtr|financial quarter|quarter of award|award quarter",
    "financial_year": "financial year|year|fy|fiscal year|year of award|grant year|funding year",
    "period": (
        "period|grant period|funding period|time period|award period|duration|term|length|"
        "length of grant|length of award|dates|project dates|period of grant|award window|"
        "time period for which the grant has been given|time period for which the grant was given|"
        "planned dates duration months|contract period|period covered|duration of grant"
    ),
    "period_start": (
        "start|start date|from|date from|planned dates start date|planneddates startdate|"
        "grant start|grant start date|project start date|commencement date|contract start date"
    ),
    "period_end": (
        "end|end date|to|until|date to|planned dates end date|planneddates enddate|grant end|"
        "grant end date|project end date|expiry date|completion date|contract end date"
    ),
    "conditions": "conditions|condition|conditions of grant|grant conditions|terms and conditions",
    "reasons": "reasons|reason|reasons for award|justification|why|rationale|reason for award",
    "area": (
        "area|district|local authority|location|beneficiary location name|ward|borough|locality|"
        "beneficiarylocation name|csp|community safety partnership|county|region|local area|"
        "area name|geography|area covered|district area"
    ),
    "status": "status|outcome|award status|application outcome|result|grant status",
    "currency": "currency",
    "note": "note|notes|comment|comments|remarks|further information|other information",
    "total": (
        "total|totals|grand total|total over period|total over all years|overall total|row total|"
        "total allocation|total award|total awarded|total funding|total grant|total amount"
    ),
    "requested": (
        "amount requested|requested|amount applied for|amountappliedfor|applied for|amount sought|"
        "funding requested|sum requested|grant requested|bid amount|amount bid for|amount asked for"
    ),
    "paid": (
        "amount disbursed|amountdisbursed|disbursed|amount paid|paid|amount paid to date|spend|"
        "actual spend|actual|expenditure|amount spent|spent|payment|payments|outturn|paid to date"
    ),
}
_FIELD_OF = {one: field for field, names in _SYNONYMS.items() for one in names.split("|")}
# Titles of the Local Government Transparency Code, without blanks; the others of the standards
# stand above in plain words.
_STANDARD = {
    "organisationlabel": "funder",
    "organisationuri": "funder_id",
    "beneficiaryname": "recipient",
    "transactionnumber": "award_id",
    "effectivedate": "",
    "irrecoverablevatamount": "",
}
# What hangs on a body, an amount or a day, where a header only holds its word.
_BAR = re.compile(
    r"\b(types?|ids?|codes?|postcodes?|post code|e ?mails?|address(?:es)?|applications?|surnames?"
    r"|forenames?|first names?|ranks?|rates?|telephone|phone|website|urls?|uris?|size|region"
    r"|numbers?|nos?|contacts?|managers?|categor(?:y|ies)|class(?:es)?|refs?|references?)\b"
)
# Money that is no award, or says nothing of one by itself.
_NO_AWARD = re.compile(
    r"\b(averages?|mean|median|cumulative|running (?:total|sum|balance)|variances?|returned|repaid"
    r"|recovered|refund(?:s|ed)?|claw(?:ed)? ?backs?|(?:under|over) ?sp(?:ends?|ent)|unspent|min"
    r"|minimum|outstanding|remaining|remainder|declined|refused|rejected|unsuccessful|in kind)\b"
    r"|^(balances?|differences?|changes?|savings?)\b|\b(balance)$"
    r"|^(?:the )?(previous|prior|last)(?: years?)?(?: s)? (?:awards?|grants?|amounts?|allocations?"
    r"|funding|budget|spend|totals?)\b"
    r"|\b(hundreds)\b"
)
_BARRED = {"recipient", "funder", *AMOUNTS, "purpose", "awarded_on", "period", "period_start",
           "period_end"}  # fmt: skip

# Longer headers, by the word that decides; the first that fits holds.
_PATTERNS = [
    (re.compile(pattern), field)
    for pattern, field in (
        (r"\b(?:requested|applied for|sought|asked for)\b", "requested"),
        (r"\b(?:disbursed|paid to date|amount paid|amount spent|actual spend)\b", "paid"),
        (r"\b(?:total invoice|(?:total )?project costs?|costs? of (?:the )?project)\b", ""),
        (r"\b(?:vat|percent|percentage|score|match(?:ed)? funding)\b", ""),
        (r"\b(?:last )?modified\b|\blast updated\b|\bpublished\b", ""),
        (r"\bdepartment\b|\bdirectorate\b", "department"),
        (
            r"\b(?:charity|company|registration|registered|reg)\b.*\b(?:number|no|id)\b",
            "recipient_id",
        ),
        (r"\bconditions?\b", "conditions"),
        (r"\breasons?\b|\bjustification\b|\bvalue for money\b", "reasons"),
        (r"\bfrom$|\bstart(?:s|ed)?\b|\bcommence(?:s|ment)?\b", "period_start"),
        (r"(?:^| )to$|\bend(?:s|ed)?\b|\bexpir(?:y|es)\b|\buntil$", "period_end"),
        (r"\bfinancial years?\b", "financial_year"),
        (r"\bdate\b", "awarded_on"),
        (r"\b(?:time )?period\b|\bduration\b|\bdates\b", "period"),
        (r"\b(?:reference|ref|identifier)\b", "award_id"),
        (r"\bpurpose\b|\bdescription\b|\bproject (?:name|title|summary)\b|\bsummary\b", "purpose"),
        (
            r"\b(?:name of|lead|successful|grant|funded|recipient)\b.*\borgani[sz]ation\b",
            "recipient",
        ),
        (
            r"\b(?:recipient|beneficiary|provider|applicant|supplier|payee|vendor|merchant|creditor"
            r"|grantee|contractor)\b",
            "recipient",
        ),
        (r"\borgani[sz]ations?\b", "recipient"),
        (
            r"\bfunding (?:stream|source|programme)\b|\bgrant (?:scheme|programme)\b",
            "funding_stream",
        ),
        (r"\bfunder\b|\bawarded by\b|\bfunding body\b", "funder"),
    )
]
_AMOUNT_WORDS = re.compile(
    r"\b(?:amount|value|award|awards|awarded|allocation|allocated|allocations|funding|grant|grants|"
    r"sum|cost|costs|budget|contribution|granted|approved|commitment|committed|forecast|income|"
    r"spend|spent|paid|payment|expenditure|actual|actuals|outturn|ceiling|maximum|offers?|accepted|"
    r"recommended|estimates?|estimated)\b"
)
_FILLERS = re.compile(
    r"\b(?:of|the|for|to|in|a|an|and|by|from|over|per|up|pcc|opcc|pfcc|final|proposed|agreed|"
    r"revised|annual|year|years|yr|total|gross|net|confirmed|planned|fund|[0-9]{1,2}|one|two|"
    r"three|four|max|each|offered|given|available|full|overall|original|initial|low|lower|high|"
    r"upper|nominal|real|terms|cash|constant|current|at|prices?)\b"
)
_GIVEN_TO = re.compile(r"\b(?:awarded|granted|given|paid|allocated) to(?: whom)?$")
_TIME_WORD = re.compile(r"\b(?:period|time|dates?|duration)\b")
# Titles of the 360Giving standard ("Recipient Org:City") are known whole or not at all.
_TITLE = re.compile(r"[A-Za-z]\s?:\s?[A-Z]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TOTAL_WORD = re.compile(r"\btotals?\b")
_STATUSES = (
    (re.compile(r"\bup to\b|\bmaximum\b|\bmax\b|\bceiling\b"), "ceiling"),
    (re.compile(r"\brequested\b|\bapplied\b|\bsought\b|\bbid\b"), "bid"),
    (
        re.compile(r"\bspen[dt]\b|\bpaid\b|\bpayments?\b|\bexpenditure\b|\bactuals?\b|\boutturn\b"),
        "outturn",
    ),
    (re.compile(r"\bbudget(?:ed)?\b|\bforecast\b"), "budget"),
    (re.compile(r"\balloca(?:tion|tions|ted)\b"), "allocation"),
    (re.compile(r"\baward(?:s|ed)?\b|\bgrant(?:s|ed)?\b"), "award"),
)
_SCALES = (
    (
        re.compile(
            r"£\s*['’]?\s*0{3}['’]?s?|£\s*\(?k\b|\bk\s?£|£\s*thousands?\b|['’]0{3}s?|\bthousands\b"
            r"|£\s*[x×*]\s*1,?000\b",
            re.I,
        ),
        "thousand",
    ),
    (re.compile(r"£\s*\(?m(?:illions?|n)?\b|\bm\s?£|\bmillions\b", re.I), "million"),
    (re.compile(r"£\s*\(?(?:bn|billions?)\b|\bbillions\b", re.I), "billion"),
)
# Tax in or out of an amount makes it no other field.
_TAX = re.compile(
    r"\b(?:(?:inc|incl|including|exc?|excl|excluding|plus|less|net of)\s(?:of\s)?vat"
    r"|vat\s(?:inc|incl|exc?|excl)\w*)\b"
)
ANOTHER_CURRENCY = "another currency"
_OTHER_MONEY = re.compile(r"[$€¥]|\b(?:usd|euros?|eur|dollars?)\b", re.IGNORECASE)
_POUNDS = re.compile(r"£|\bGBP\b|\bpounds\b", re.I)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_PERIOD = re.compile(
    rf"(?:(?:financial\s+)?year\s+ending\s+(?:[0-9]{{1,2}}\s+)?{_MONTHS}\s+(?:19|20)[0-9]{{2}}"
    rf"|(?:[0-9]{{1,2}}(?:st|nd|rd|th)?\s+)?{_MONTHS}\s*(?:19|20)[0-9]{{2}}\s*(?:-|–|to|until)\s*"
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?\s+)?{_MONTHS}\s*(?:19|20)[0-9]{{2}}"
    rf"|{_MONTHS}\s*(?:19|20)[0-9]{{2}}(?![0-9/.,-])"
    r"|(?<![0-9/.-])(?:19|20)[0-9]{2}\s?(?:/|-|–|to)\s?(?:(?:19|20)[0-9]{2}|[0-9]{2}|[0-9])(?![0-9/.-])"
    r"|(?<![0-9/.-])[0-9]{2}\s?/\s?[0-9]{2}(?![0-9/.-])"
    r"|(?<![0-9/.-])[12][0-9]-[1-3][0-9](?![0-9/.-])"
    r"|(?<![0-9/.,£-])(?:19|20)[0-9]{2}(?![0-9/.,-]))",
    re.IGNORECASE,
)
# What an amount can be for each of, where it is no whole award: a list's rows are its projects.
_EACH = ("year", "quarter", "month", "week", "day", "hour", "person", "household")
_PER = re.compile(
    rf"(?:\b(?:per|each|every)\s{{1,3}}|/\s?)(?P<noun>{alternation(PER_NOUNS)})\b"
    rf"|\b(?P<adverb>{alternation(PER_ADVERBS)})\b|\b(?P<month>pcm|p\.c\.m)\b"
    r"|\b(?P<unit>unit)\s(?=(?:cost|price|charge)s?\b)",
    re.IGNORECASE,
)
# The year of prices is not the year of the money.
_AT_PRICES = re.compile(
    r"\b(?:in|at)\s+(?:19|20)[0-9]{2}(?:[/-][0-9]{2,4})?\s+prices\b", re.IGNORECASE
)
_WORD = re.compile(r"[a-z0-9£]+")
_NOTE_MARK = re.compile(r"\[(?:note )?[a-z0-9]{1,3}\]|[*†‡¹²³]+")
_LONGEST = 200
_LONGEST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Heading:
    """What one header says.

    Parameters
    ----------
    text : str
        The header as printed.
    field : str
        The field that it names; "" where it is not known.
    scale : str
        "thousand", "million" or "billion" where the header says so, else "".
    pounds : bool
        Whether the header names pounds.
    period : Period or None
        The year or span that the header names.
    status : str
        Kind of money that the header names: "allocation", "budget", "outturn", ...; else "".
    per : str
        What the header says an amount is for each of: "year", "month", "person", ...; "" where it
        is the whole, or where the header names the month itself.
    near : str
        The synonym that a misspelt header was taken for, else "".
    bare : bool
        Whether the header says no more than that it holds money.
    tier : int
        How the header names its field: by a word, an exact title, a standard's title.
    barred : tuple of (str, str)
        The field whose word the header holds, and the word that keeps it from being it.
    """

    text: str
    field: str
    scale: str = ""
    pounds: bool = False
    period: Period | None = None
    status: str = ""
    per: str = ""
    near: str = ""
    bare: bool = False
    tier: int = 0
    barred: tuple[str, str] = ("", "")

    @property
    def is_amount(self) -> bool:
        """Whether the header names money, or a year that money may stand under."""
        return self.field in AMOUNTS or (
            not self.field and not self.barred[0] and self.period is not None
        )


@lru_cache(maxsize=4096)
def read_heading(text: str) -> Heading:
    """Read one header; its field is "" where the table of synonyms does not know it."""
    if not text or len(text) > _LONGEST:
        return Heading(text, "")
    plain = _NOTE_MARK.sub(" ", repair(text)[0].replace("\n", " "))
    scale = next((name for pattern, name in _SCALES if pattern.search(plain)), "")
    pounds = bool(_POUNDS.search(plain)) or bool(scale)
    period, rest = find_period(_AT_PRICES.sub(" prices ", plain))
    for pattern, _ in _SCALES:
        rest = pattern.sub(" ", rest)
    per = "" if period else _per(plain)
    if per:
        rest = _PER.sub(" ", rest)
    words = " ".join(_WORD.findall(rest.lower().replace("&", " and ")))
    bare = " ".join(_TAX.sub(" ", words.replace("£", " ").replace("gbp", " ")).split())
    other_money = not pounds and bool(_OTHER_MONEY.search(plain))
    bare = " ".join(_OTHER_MONEY.sub(" ", bare).split()) if other_money else bare
    heading = Heading(text, "", scale, pounds, period, _status(bare), per)
    known = _exactly(plain, bare)
    if known is not None and known[0] in AMOUNTS and other_money:
        named = replace(heading, barred=(known[0], ANOTHER_CURRENCY))
    elif known is not None:
        named = replace(heading, field=known[0], tier=known[1])
    elif _TITLE.search(plain):
        named = heading
    else:
        field, near = _by_word(bare, pounds)
        field = field or ("amount" if _NO_AWARD.search(bare) else "")  # money, and none of an award
        bar = _barring(field, bare)
        if field in AMOUNTS and other_money:
            named = replace(heading, barred=(field, ANOTHER_CURRENCY))
        elif bar:
            named = replace(heading, barred=(field, bar))
        else:
            named = replace(heading, field=field, near=near, tier=WORD if field else 0)
    return replace(named, bare=not _beyond_money(bare))


def _exactly(plain: str, words: str) -> tuple[str, int] | None:
    """Give the field that a header names as a whole, and how; None where it does not."""
    joined = re.sub(r"[\s:_]+", "", plain).lower()
    if joined in _STANDARD:
        return _STANDARD[joined], STANDARD
    if words in _FIELD_OF:
        return _FIELD_OF[words], STANDARD if _TITLE.search(plain) else EXACT
    split = " ".join(_TAX.sub(" ", " ".join(_WORD.findall(_CAMEL.sub(" ", plain).lower()))).split())
    return (_FIELD_OF[split], EXACT) if split in _FIELD_OF else None


def _by_word(words: str, pounds: bool) -> tuple[str, str]:
    if not words:
        return ("amount" if pounds else ""), ""
    if _GIVEN_TO.search(words) and not _TIME_WORD.search(words):
        return "recipient", ""
    if not _beyond_money(words) and _AMOUNT_WORDS.search(words):
        return ("total" if _TOTAL_WORD.search(words) else "amount"), ""
    for pattern, field in _PATTERNS:
        if pattern.search(words):
            return field, ""
    if pounds:
        return ("total" if _TOTAL_WORD.search(words) else "amount"), ""
    if len(words) > 4:
        near = nearest(words, _FIELD_OF, cutoff=0.88)
        if near:
            return _FIELD_OF[near[0]], near[0]
    return "", ""


def _beyond_money(words: str) -> str:
    return _FILLERS.sub("", _AMOUNT_WORDS.sub("", words)).strip()


def _barring(field: str, words: str) -> str:
    """Give the word that keeps a header from being the field whose word it holds; "" for none."""
    found = _BAR.search(words) if field in _BARRED else None
    if found is None and field in AMOUNTS:
        found = _NO_AWARD.search(words)
    return next(filter(None, found.groups())) if found else ""


def _per(plain: str) -> str:
    found = _PER.search(plain)
    if found is None:
        return ""
    noun, adverb = found["noun"], found["adverb"]
    if not (noun or adverb):
        return "unit" if found["unit"] else "month"
    each = PER_NOUNS[noun.lower()] if noun else PER_ADVERBS[adverb.lower()]
    return each if each in _EACH else ""


def _status(words: str) -> str:
    return next((status for pattern, status in _STATUSES if pattern.search(words)), "")


def find_period(text: str) -> tuple[Period | None, str]:
    """Find the one period that a text names, and give the text without it.

    Two different periods in one text are none.
    """
    if len(text) > _LONGEST_LINE or names_a_part(text):
        return None, text
    spans = period_spans(text)
    found: dict[Period, tuple[int, int]] = {}
    for span, period in spans:
        found.setdefault(period, (span.start, span.stop))
    rest = list(text)
    for span, _ in spans:
        rest[span.start : span.stop] = "\x00" * len(span)
    for match in _PERIOD.finditer("".join(rest)):
        try:
            found.setdefault(Period.parse(match.group()), match.span())
        except PeriodError:
            continue
    if len(found) != 1:
        return None, text
    [(period, (start, end))] = found.items()
    return period, f"{text[:start]} {text[end:]}"


def join_headings(top: str, bottom: str) -> Heading:
    """Read a header of two rows: together, else the lower one, else the upper one."""
    if not bottom or top == bottom:
        return read_heading(top)
    if not top:
        return read_heading(bottom)
    both, lower, upper = (read_heading(one) for one in (f"{top} {bottom}", bottom, top))
    if both.field or (both.period and not lower.field):
        return both
    chosen = lower if lower.field else upper
    return replace(
        chosen,
        text=both.text,
        scale=chosen.scale or both.scale,
        pounds=chosen.pounds or both.pounds,
        per=both.per,
        period=both.period,
    )
