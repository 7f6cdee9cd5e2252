"""Case files out of a list of the unit's own: each on the word of somebody who keeps them (Art. 18(2))."""

from __future__ import annotations

from collections.abc import Sequence

from registry.act import Act
from registry.queries.retention import case_numbered
from registry.tables import Person
from registry.transitions.directory.entering import Sieve, ids_by
from registry.transitions.directory.shapes import CaseFileEntry, Entered
from registry.transitions.retention.cases import CaseEntry, enter_case
from regulation.errors import ActionDenied

_FIELDS = ("number", "unit", "closed_on", "keep_years", "document")


def enter_cases(act: Act, entries: Sequence[CaseFileEntry]) -> Entered:
    """Enter case files by their numbers.

    Raises `DirectoryDenied` for unknown units and people, who may not keep case files of the unit, and terms that
    cannot be.
    """
    people = ids_by(act, Person, "number", (one.by for one in entries))
    sieve = Sieve(entries)
    sieve.require_once("number", lambda one: one.number)
    sieve.require("by", lambda one: one.by in people, "nobody has this certificate number")
    created = changed = unchanged = 0
    for index, one in enumerate(entries):
        if one.by not in people:
            continue
        before = case_numbered(act.connection, one.number)
        entry = CaseEntry(one.number, one.unit, one.closed_on, one.keep_years, one.permanent, one.document)
        try:
            enter_case(act, entry, people[one.by])
        except ActionDenied as denied:
            # Of two rows with one number the second is refused already.
            sieve.refuse(index, denied.subject if denied.subject in _FIELDS else "by", denied.message)
            continue
        if before is None:
            created += 1
        elif case_numbered(act.connection, one.number) == before:
            unchanged += 1
        else:
            changed += 1
    return sieve.finish(Entered(created, changed, unchanged))
