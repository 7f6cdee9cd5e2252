"""Questions to the registry, each one statement for any number of rows; none of them writes."""

from registry.queries.devices import (
    DeviceHistory,
    clock_offset,
    device_histories,
    device_holder,
    devices_by_number,
)
from registry.queries.docking import (
    outcome_counts,
    receipt_by_number,
    session_by_number,
    session_items,
)
from registry.queries.ledger import history_of, ledger_head
from registry.queries.organisation import (
    holders_at,
    holdings_of,
    people_by_number,
    person_by_number,
    roles_at,
    unit_by_code,
    unit_chain,
    unit_subtree,
    units_by_code,
    units_of_authority,
)
from registry.queries.recordings import (
    activities_by_number,
    activities_overlapping,
    candidates_of,
    known_content,
    recordings_listed,
    recordings_of,
    running_duties,
    unfiled,
)

__all__ = [
    "DeviceHistory",
    "activities_by_number",
    "activities_overlapping",
    "candidates_of",
    "clock_offset",
    "device_histories",
    "device_holder",
    "devices_by_number",
    "history_of",
    "holders_at",
    "holdings_of",
    "known_content",
    "ledger_head",
    "outcome_counts",
    "people_by_number",
    "person_by_number",
    "receipt_by_number",
    "recordings_listed",
    "recordings_of",
    "roles_at",
    "running_duties",
    "session_by_number",
    "session_items",
    "unfiled",
    "unit_by_code",
    "unit_chain",
    "unit_subtree",
    "units_by_code",
    "units_of_authority",
]
