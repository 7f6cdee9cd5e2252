"""A digest as it lies in a mailbox (Art. 16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from blocks.notice_channels import send
from regulation.duties import DutyKind
from regulation.ladder import Step
from tasks.notices.digest import Digest, Line, Person
from tasks.notices.message import digest_message
from tests.fixtures.mail import Mailbox

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
LINK = "https://custody.example/duties?notice=N-1&as=leader"


def test_a_mail_can_be_read_without_its_html(mailbox: Mailbox) -> None:
    line = Line(
        DutyKind.UPLOAD,
        "Art. 16",
        "chengguan-2026-00003",
        "大队",
        Person("QD-0042", "李某"),
        NOW - timedelta(hours=25),
        NOW - timedelta(hours=1),
        timedelta(hours=1),
        Step.DUE,
    )
    digest = Digest("N-1", None, ZoneInfo("Asia/Shanghai"), NOW, (line,), 1, 1, {DutyKind.UPLOAD: 1}, LINK)
    message = digest_message(digest, "zh")
    assert send(mailbox.address(), message, number="QD-0042").ok
    (mail,) = mailbox.mails
    assert mail["Subject"] == message.title and mail["To"] == "QD-0042@unit.example"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and html is not None
    assert html.get_content().split() == message.html.split()
    read = [said.strip() for said in plain.get_content().splitlines()]
    for said in ("1. 视音频资料未入库", "逾期 1 小时", "责任人：李某 QD-0042", "期限：2026-11-23 13:05", LINK):
        assert said in read
    assert not any("font-size" in said or "color" in said for said in read)
