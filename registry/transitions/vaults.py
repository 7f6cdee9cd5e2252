"""A vault begun anew (Art. 7)."""

from __future__ import annotations

from registry.act import Act
from registry.ledger import Event
from registry.queries.vaults import vault_id


def lay_out_vault(act: Act, address: str) -> None:
    """Enter that the vault at this address begins anew, bare: its disk was lost, and nothing in it proves a mistake."""
    act.record(Event.VAULT_LAID_OUT, "vault", vault_id(address), {}, article="Art. 7")
