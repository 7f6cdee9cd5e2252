"""The desk of this installation: `uvicorn --factory deployments.pages:app --no-access-log`, as `custody up` starts it.

No access log: addresses of receipts carry the key that opens them. One process: the spool's quotas are counted in it.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI

from deployments.alarm import Bell
from deployments.bootstrap import vault_of
from deployments.clips import clips_in
from deployments.drafts import drafts_of, read_transcript, unshowable
from deployments.facts import rules_at
from deployments.home import Home
from deployments.notice_sheets import lay_out
from deployments.nudger import Nudger
from deployments.settings import Settings, read_settings
from desk.app import create_app
from desk.context import AccessDoors
from desk.credentials import Credentials
from desk.provider import Provider, ProviderSettings
from desk.single_sign_on import BACK, SingleSignOn
from desk.spool import Limits
from registry.database import Registry
from regulation.errors import ConfigurationError


def app() -> FastAPI:
    """The application for the settings of this machine. Raises `ConfigurationError` where the registry is not ready."""
    settings = read_settings()
    home = Home(settings)
    home.enter()
    registry = Registry(settings.registry_url)
    registry.check()
    return create_app(
        registry=registry,
        spool=settings.spool,
        receipts=settings.receipts,
        pages_key=home.pages_key(),
        base_url=settings.pages_url,
        limits=Limits(
            batch_bytes=settings.intake_batch_bytes,
            batch_files=settings.intake_batch_files,
            idle_days=settings.intake_idle_days,
        ),
        now=home.now,
        lay_out=lay_out,
        alarm=Bell(home, registry).alarm(),
        doors=doors_of(home, registry),
    )


def doors_of(home: Home, registry: Registry) -> AccessDoors:
    """What access needs, of this installation: its vault, its policies, its key."""
    vault = vault_of(home.settings)
    return AccessDoors(
        vault.read,
        partial(rules_at, home),
        Credentials(home.pages_key()),
        follow=Nudger(registry).nudge,
        clips=clips_in(home.settings.clips, vault),
        single_sign_on=single_sign_on_of(home.settings),
        paper=lambda key: vault.read(key, None),
        read_transcript=read_transcript,
        draft_paper=drafts_of(home, registry),
        unshowable=partial(unshowable, home.settings.fonts_folder),
        packages=home.settings.packages,
    )


def single_sign_on_of(settings: Settings) -> SingleSignOn | None:
    """The city's single sign-on that the settings describe; None where there is none. Raises `ConfigurationError`."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise ConfigurationError("A provider wants to know who asks.", subject="CUSTODY_OIDC_CLIENT_ID")
    asked = ProviderSettings(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_claim,
        settings.oidc_name,
        settings.oidc_acr,
    )
    return SingleSignOn(Provider(asked, f"{settings.pages_url}{BACK}"))
