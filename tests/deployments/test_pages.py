"""What the settings of a machine make of the desk."""

from __future__ import annotations

import pytest

from deployments.pages import single_sign_on_of
from deployments.settings import Settings
from regulation.errors import ConfigurationError


@pytest.mark.parametrize(
    "issuer", ["http://sso.example", "ftp://sso.example", "sso.example", "https://", "https://a/?b=c"]
)
def test_an_issuer_that_others_could_play_is_refused_at_start(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="CUSTODY_OIDC_ISSUER"):
        single_sign_on_of(Settings(oidc_issuer=issuer, oidc_client_id="desk"))
    with pytest.raises(ConfigurationError, match="CUSTODY_OIDC_CLIENT_ID"):
        single_sign_on_of(Settings(oidc_issuer="https://sso.example"))
    assert single_sign_on_of(Settings()) is None
