"""Links to receipts: whoever holds one may read that one receipt until the link expires, and nothing else.

A receipt names a recorder's files, and their names can name an officer; so a receipt's number, which can be counted
up, opens nothing by itself. No Prefect here: the desk uses this module as well.
"""

from __future__ import annotations

import re

from blocks.page_link import GOOD_FOR, Pages

__all__ = ["GOOD_FOR", "RECEIPT_NUMBER", "opens", "receipt_link"]

RECEIPT_NUMBER = re.compile(r"R-[a-z0-9]{1,32}-[0-9]{4}-[0-9]{5,9}")

_RECEIPTS = Pages("receipt", RECEIPT_NUMBER)
receipt_link, opens = _RECEIPTS.link, _RECEIPTS.opens
