"""What the ledger can say: one name for every custody event."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """``<noun>.<past participle>``. A name once used is never given another meaning."""

    SESSION_OPENED = "session.opened"
    SESSION_SCANNED = "session.scanned"
    SESSION_SEALED = "session.sealed"
    SESSION_WIPING = "session.wiping"  # items of its receipt are about to be removed from the device
    ITEM_CHANGED = "item.changed"  # taken in, then seen with another size or time: to be taken in again
    ITEM_DUPLICATED = "item.duplicated"  # its content already was a verified original
    ITEM_SET_ASIDE = "item.set-aside"
    ITEM_WIPED = "item.wiped"
    RECORDING_VERIFIED = "recording.verified"
    RECORDING_PROBED = "recording.probed"
    RECORDING_FILED = "recording.filed"
    RECORDING_UNFILED = "recording.unfiled"
    RECORDING_ASKED = "recording.asked"
    RECORDING_SEALED = "recording.sealed"
    RECEIPT_ISSUED = "receipt.issued"
    DUTY_OPENED = "duty.opened"
    DUTY_CHANGED = "duty.changed"  # its clock started, or the facts it stands on were corrected
    DUTY_MET = "duty.met"
    DUTY_OVERDUE = "duty.overdue"  # of one unit and kind: the duties that were not met when they were due
    DUTY_EXCUSED = "duty.excused"
    DUTY_PAUSED = "duty.paused"
    SWEEP_FINISHED = "sweep.finished"
    SWEEP_TOLD = "sweep.told"  # in one act: how many lines, and a SHA-256 of them
    NOTICE_QUEUED = "notice.queued"
    NOTICE_DELIVERED = "notice.delivered"
    NOTICE_FAILED = "notice.failed"  # a try; it is tried again
    NOTICE_DEAD = "notice.dead"  # given up: an administrator must look
    NOTICE_REVIVED = "notice.revived"
    NOTICE_READ = "notice.read"
    DEVICE_CHECKED = "device.checked"
    ARRIVAL_CONFIRMED = "arrival.confirmed"  # what came wirelessly is there, somebody says
    RECORDING_MARKED = "recording.marked"  # state secret, trade secret or privacy, somebody says
    RECORDING_UNMARKED = "recording.unmarked"
    PERSONAL_TOKEN_ISSUED = "person.token-issued"  # noqa: S105  somebody's program may act as them
    PERSONAL_TOKEN_REVOKED = "person.token-revoked"  # noqa: S105
    ACCESS_SUBMITTED = "access.submitted"
    ACCESS_SENT_BACK = "access.sent-back"  # with a question to the requester
    ACCESS_DECIDED = "access.decided"  # one step of it
    ACCESS_HANDED_OVER = "access.handed-over"  # somebody stood aside, or named another to decide
    ACCESS_GRANTED = "access.granted"
    ACCESS_DENIED = "access.denied"
    ACCESS_WITHDRAWN = "access.withdrawn"
    ACCESS_LAPSED = "access.lapsed"  # its time passed undecided, or unused
    ACCESS_COMPLETED = "access.completed"
    ACCESS_LOST = "access.lost"  # there is no such footage any more
    ACCESS_REVOKED = "access.revoked"
    ACCESS_VIEWED = "access.viewed"  # a viewing was opened
    ACCESS_VIEW_ENDED = "access.view-ended"
    ACCESS_COPIED = "access.copied"  # a copy was handed out
    ACCESS_COPY_FETCHED = "access.copy-fetched"  # its file was sent, as often as it was asked for
    ACCESS_COPY_DECLARED = "access.copy-declared"  # its holder says what became of it
    ACCESS_COPY_ENDED = "access.copy-ended"  # and somebody else has confirmed it
    PERSON_INVITED = "person.invited"  # to choose a password for the desk
    CREDENTIAL_SET = "credential.set"
    CREDENTIAL_ENDED = "credential.ended"  # it lets in nobody any more: a phone was lost
    PERSON_SIGNED_IN = "person.signed-in"
    PERSON_SIGNED_OUT = "person.signed-out"
    PERSON_LOCKED = "person.locked"  # too many wrong tries; after a while they are looked at again
    DIRECTORY_IMPORTED = "directory.imported"
    UNIT_ENTERED = "unit.entered"
    UNIT_CHANGED = "unit.changed"
    PERSON_ENTERED = "person.entered"
    PERSON_CHANGED = "person.changed"
    APPOINTMENT_ENTERED = "appointment.entered"
    APPOINTMENT_CHANGED = "appointment.changed"
    APPOINTMENT_PROPOSED = "appointment.proposed"  # it holds once somebody else has confirmed it
    APPOINTMENT_CONFIRMED = "appointment.confirmed"
    APPOINTMENT_REFUSED = "appointment.refused"
    DEVICE_ENTERED = "device.entered"
    DEVICE_CHANGED = "device.changed"
    CUSTODY_ENTERED = "custody.entered"
    CUSTODY_CHANGED = "custody.changed"
    CLOCK_READ = "clock.read"
    ACTIVITY_ENTERED = "activity.entered"
    ACTIVITY_CHANGED = "activity.changed"
    TOKEN_ISSUED = "token.issued"  # noqa: S105  a dock is let in to push dumps
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
