import pytest
from halo_notify.app import build
from halo_notify.settings import NotifySettings
from halo_service.testing import local_settings
from pydantic import ValidationError

PRODUCTION = {
    "environment": "production",
    "database_url": "postgresql://halo_notify:Zq8-xT4_mW1.cR7k@db.test/halo_notify",
    "oidc_issuer": "https://issuer.test",
    "sms_url": "https://sms.test/send",
    "sms_token": "Zq8-xT4_mW1.cR7k",
    "smtp_host": "mail.test",
    "mail_from": "pamor@bekasi.test",
}


class TestSettings:
    def test_production(self) -> None:
        """Production needs addresses and secrets of its own, and no more."""
        assert build(local_settings(NotifySettings, **PRODUCTION)).name == "notify"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("sms_url", "http://sms.test/send"),
            ("sms_url", "ftp://sms.test"),
            ("sms_token", "changeme"),
            ("smtp_starttls", "false"),
            ("smtp_username", "halo"),
            ("mail_from", "Pamor <pamor@bekasi.test>"),
        ],
    )
    def test_refused(self, name: str, value: str) -> None:
        """In production nothing travels unsealed, and no secret is weak or missing; no message shows a value."""
        with pytest.raises(ValidationError) as refused:
            local_settings(NotifySettings, **(PRODUCTION | {name: value}))

        assert value not in str(refused.value) or value in {"false", "halo"}
