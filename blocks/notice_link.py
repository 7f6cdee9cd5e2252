"""Links to notices: the reader's own, for who is told what is not for everybody (Art. 20)."""

from __future__ import annotations

import re

from blocks.page_link import Pages

NOTICE_NUMBER = re.compile(r"N-[a-z0-9]{1,32}-[0-9]{4}-[0-9]{5,9}")

_NOTICES = Pages("notice", NOTICE_NUMBER)
notice_link, opens = _NOTICES.link, _NOTICES.opens
