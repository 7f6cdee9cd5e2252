"""Every number of the regulation: named, dated, cited. Nothing else in the code may state one.

The city's values are here; a superior's and a unit's own come in as policy layers (`regulation.policy_files`, Art. 23).
Where the text is silent the value is *chosen* and says why; it stands until the text says otherwise. When who hears of
a duty is a table of its own (`regulation.ladder_parameters`), and so is what was not recorded
(`regulation.unrecorded_parameters`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulation.definitions import IN_FORCE_FROM, Parameter, since_issue
from regulation.ladder_parameters import LADDER
from regulation.layers import Layer, PolicyLayer
from regulation.measures import BOUNDS, Measure, Strictness
from regulation.unrecorded_parameters import UNRECORDED

__all__ = ["BOUNDS", "CITY", "CITY_DOCUMENT", "IN_FORCE_FROM", "PARAMETERS", "Measure", "Parameter", "Strictness"]

CITY_DOCUMENT = "启依法办发〔2022〕8号"
"""The notice that the regulation was issued with."""

_ALL = (
    since_issue(
        "training_before_issue",
        False,
        Measure.YES_NO,
        Strictness.TRUE,
        "Art. 5",
        "Whether issuing a recorder to an untrained officer is refused, not only warned of.",
        "The article asks for training but does not forbid the issue; a unit may.",
    ),
    since_issue(
        "quiet_from_hour",
        22,
        Measure.HOUR_OF_DAY,
        Strictness.NONE,
        "Art. 5",
        "When notices begin to wait for the morning; the principal leader's step does not wait.",
        "The text does not speak of nights; whoever is woken for what can wait stops reading.",
    ),
    since_issue(
        "quiet_until_hour",
        7,
        Measure.HOUR_OF_DAY,
        Strictness.NONE,
        "Art. 5",
        "When notices that waited for the morning are sent; the same hour as the beginning means no quiet hours.",
        "Before the working day begins, so that what came in the night is read first.",
    ),
    since_issue(
        "device_recall_days",
        3,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 6",
        "From the transfer or leaving of whoever keeps a recorder to its being taken back.",
        "The text sets no time; three working days are what handing over an office takes.",
        either=True,
    ),
    since_issue(
        "clock_offset_tolerance_seconds",
        60,
        Measure.SECONDS,
        Strictness.LOWER,
        "Art. 7",
        "How far a recorder's clock may be off before it is a finding.",
        "The shown time must be accurate, the text does not say how accurate: the minute that recorders show.",
    ),
    since_issue(
        "device_replacement_days",
        1,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 7",
        "From a check before use that a recorder failed to another's being issued in its place.",
        "The text says in time; nobody should go out a second working day with a recorder that fails.",
        either=True,
    ),
    since_issue(
        "anchor_lock_months",
        120,
        Measure.MONTHS,
        Strictness.HIGHER,
        "Art. 7",
        "How long the copy of an anchor in the vault is locked, which proves what the ledger said on its day.",
        "The text sets no time; longer than any routine term, and as long as claims are usually brought.",
    ),
    since_issue(
        "fixity_period_months",
        6,
        Measure.MONTHS,
        Strictness.LOWER,
        "Art. 7",
        "Within what time every original is read again from end to end and compared with what was verified.",
        "The text forbids altering, not how soon that must be seen: within the shortest term of Art. 18, so that "
        "nothing comes to its end unread.",
    ),
    *UNRECORDED,
    since_issue(
        "filing_hours",
        72,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 15",
        "From intake to the filing of a recording that fits no activity by itself.",
        "The text sets no time; three days reach over a weekend.",
        either=True,
    ),
    since_issue(
        "filing_overlap_tolerance_seconds",
        120,
        Measure.SECONDS,
        Strictness.LOWER,
        "Art. 15",
        "How far before or after an activity a recording may lie and still be filed under it.",
        "Recorders are switched on on the way and off a little late; two minutes tell that from another activity.",
    ),
    since_issue(
        "upload_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 16",
        "From the activity's end, or the return to the unit, to the footage being stored.",
    ),
    since_issue(
        "return_report_hours",
        72,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 16",
        "From the end of a remote or continuous activity to the report of the return, or of why it lasts.",
        "The 24 hours wait for the return, the text does not say how long: three days, then someone must ask.",
        either=True,
    ),
    since_issue(
        "access_decision_days",
        2,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 17",
        "From a request for access reaching a leader to the decision.",
        "The text sets no time; a leader has the next working day whole.",
        either=True,
    ),
    since_issue(
        "copy_return_days",
        3,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 17",
        "From the end of a grant to its copies being back or destroyed.",
        "The text sets no time; long enough to bring a medium back to the unit.",
        either=True,
    ),
    since_issue(
        "access_longest_hours",
        720,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 17",
        "For how long access may be granted at most.",
        "The text sets no time; thirty days reach over a case's first hearing, and more can be asked for again.",
    ),
    since_issue(
        "access_most_views",
        50,
        Measure.TIMES,
        Strictness.LOWER,
        "Art. 17",
        "How often what was granted may be opened at most.",
        "The text sets no number; enough to work with, few enough to be looked at in the register.",
    ),
    since_issue(
        "access_most_copies",
        10,
        Measure.TIMES,
        Strictness.LOWER,
        "Art. 17",
        "How many copies a grant may allow at most.",
        "The text sets no number; the parties, the court and the file of one case.",
    ),
    since_issue(
        "routine_retention_months",
        6,
        Measure.MONTHS,
        Strictness.HIGHER,
        "Art. 18(1)",
        "How long footage of routine inspection is kept at least; the lock that every original starts with.",
    ),
    since_issue(
        "hearing_retention_months",
        0,
        Measure.TERM,
        Strictness.LONGER,
        "Art. 18",
        "How long footage of statements, complaints and reports, 9(4), is kept where it belongs to no case.",
        "The text sets a term for routine inspection and for evidence only; where it is silent nothing is destroyed.",
    ),
    since_issue(
        "service_retention_months",
        0,
        Measure.TERM,
        Strictness.LONGER,
        "Art. 18",
        "How long footage of the service of documents, 9(6), is kept where it belongs to no case.",
        "The text sets a term for routine inspection and for evidence only; where it is silent nothing is destroyed.",
    ),
    since_issue(
        "dispute_retention_months",
        0,
        Measure.TERM,
        Strictness.LONGER,
        "Art. 18",
        "How long footage of what is prone to dispute, 9(7), is kept where it belongs to no case.",
        "The text sets a term for routine inspection and for evidence only; where it is silent nothing is destroyed.",
    ),
    since_issue(
        "due_first_notice_hours",
        720,
        Measure.HOURS,
        Strictness.NONE,
        "Art. 18",
        "How long before a term ends the unit first hears of it.",
        "The text sets no time; thirty days are enough to say that something must be kept.",
    ),
    since_issue(
        "due_second_notice_hours",
        168,
        Measure.HOURS,
        Strictness.NONE,
        "Art. 18",
        "How long before a term ends the unit hears of it again.",
        "The text sets no time; a week before.",
    ),
    since_issue(
        "due_last_notice_hours",
        24,
        Measure.HOURS,
        Strictness.NONE,
        "Art. 18",
        "How long before a term ends the unit hears of it for the last time.",
        "The text sets no time; the day before.",
    ),
    since_issue(
        "disposal_step_days",
        5,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 18",
        "From a disposal list's reaching whoever appraises, approves or witnesses to their word.",
        "The text sets no time; a working week for a list that somebody has to read.",
        either=True,
    ),
    since_issue(
        "disposal_grace_hours",
        168,
        Measure.HOURS,
        Strictness.HIGHER,
        "Art. 18",
        "From the last signature under a disposal list to its being carried out; until then all of it can be restored.",
        "The text sets no time; a week in which a mistake is noticed.",
    ),
    since_issue(
        "deletion_failure_days",
        1,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 18",
        "From the vault's refusing to let go of an original that was to be destroyed to somebody's having seen to it.",
        "The text sets no time; what is neither kept nor destroyed should not last.",
        either=True,
    ),
    since_issue(
        "disposal_most_items",
        5000,
        Measure.TIMES,
        Strictness.LOWER,
        "Art. 18",
        "How many originals one disposal list names at most.",
        "The text sets no number; what one person can still look through.",
    ),
    since_issue(
        "overlong_review_months",
        1,
        Measure.MONTHS,
        Strictness.LOWER,
        "Art. 18",
        "How long after the end of its term an original may be there before the review of upper limits names it.",
        "The text sets a floor, no ceiling; personal data is not kept beyond need, and a month is what a list takes.",
    ),
    since_issue(
        "conversion_step_days",
        3,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 19",
        "From an evidence conversion's reaching whoever extracts, checks or signs to their word.",
        "The text sets no time; half a working week, for a case that waits for its evidence.",
        either=True,
    ),
    since_issue(
        "package_kept_hours",
        2160,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 19",
        "From an evidence conversion's being closed to its package's being removed from the folder it was made in.",
        "The text sets no time; ninety days to burn and read back all copies, for they are personal data.",
    ),
    *LADDER,
)

PARAMETERS: Mapping[str, Parameter] = MappingProxyType({one.name: one for one in _ALL})
"""Every parameter by name, in the order of the articles; those of the ladder last, in the order of its steps."""

CITY = PolicyLayer(Layer.CITY, CITY_DOCUMENT, tuple(provision for one in _ALL for provision in one.provisions))
"""The layer on which every policy stands: the regulation's own values and those chosen where it is silent."""
