"""Apply automations.yaml: Prefect itself tells the desk when a run fails, the worker is gone or a sweep is late.

``python -m deployments.automations`` prints the file with this server's webhook block in it, for
``prefect automation create --from-file``. Import only after `talk_to`.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml
from prefect.blocks.fields import SecretDict
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.events.schemas.automations import AutomationCore

from deployments.home import Home

BLOCK = "custody-desk-alerts"
_NOT_YET_KNOWN = str(UUID(int=0))


def described(block_id: UUID) -> dict[str, Any]:
    """What automations.yaml says, with the block by which the desk is told."""
    text = (files("deployments") / "automations.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text.replace(_NOT_YET_KNOWN, str(block_id)))
    return found


def block_of(home: Home) -> CustomWebhookNotificationBlock:
    """The way to the desk: works in the server alone, so that it works although the worker is gone. It holds no key,
    which everybody with Prefect's password would have: the desk looks for itself whether it is so. A server on this
    machine needs no proxy for it."""
    settings = home.settings
    return CustomWebhookNotificationBlock(
        name=BLOCK,
        url=f"{settings.pages_url if settings.prefect_api else settings.listening_url}/alerts",
        json_data={"kind": "{{subject}}", "about": "{{body}}"},
        headers=None,
        cookies=None,
        secrets=SecretDict({}),
    )


def apply(home: Home) -> None:
    """Create or update the webhook block and each automation, found again by its name."""
    block_id = _saved(home)
    with get_client(sync_client=True) as client:
        for one in described(block_id)["automations"]:
            automation = AutomationCore.model_validate(one)
            there = client.read_automations_by_name(automation.name)
            if there:
                client.update_automation(there[0].id, automation)
            else:
                client.create_automation(automation)


def _saved(home: Home) -> UUID:
    CustomWebhookNotificationBlock.register_type_and_schema()
    saved = block_of(home).save(BLOCK, overwrite=True)
    assert isinstance(saved, UUID)
    return saved


if __name__ == "__main__":
    from deployments.settings import read_settings

    sys.stdout.write(yaml.safe_dump(described(_saved(Home(read_settings()))), allow_unicode=True, sort_keys=False))
