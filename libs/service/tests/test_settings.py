import pytest
from halo_service.settings import Secret, ServiceSettings, explain
from halo_service.testing import local_settings
from pydantic import Field, ValidationError

STRONG = "Kd83-fjw92-xQ1m"


class GatewaySettings(ServiceSettings):
    """Settings of a service with a secret of its own."""

    sms_token: Secret = Field(description="Bearer token of the SMS gateway.")
    mail_password: Secret | None = None


def production(**values: object) -> GatewaySettings:
    """Settings as in production, right but for `values`."""
    right: dict[str, object] = {
        "environment": "production",
        "kafka": "kafka:9092",
        "database_url": f"postgresql://halo_intake:{STRONG}@db:5432/halo_intake",
        "oidc_issuer": "https://issuer.example",
        "sms_token": STRONG,
    }
    return GatewaySettings(**{**right, **values})  # type: ignore[arg-type] # wrong values are what is tested


def refused(**values: object) -> str:
    """The one line that these values are refused with."""
    with pytest.raises(ValidationError) as caught:
        production(**values)
    (line,) = explain(caught.value)
    return line


class TestSecrets:
    def test_strong(self) -> None:
        """Long random secrets are taken."""
        assert production().sms_token.get_secret_value() == STRONG

    @pytest.mark.parametrize(
        "secret",
        ["", "changeme", "minioadmin", "password1234", "HaloSecret2026", "minioadminminioadmin", "123456789012"],
    )
    def test_weak(self, secret: str) -> None:
        """A missing or well-known secret is refused, with advice and without its value."""
        line = refused(sms_token=secret)

        assert line.startswith("HALO_SMS_TOKEN: the secret is ")
        assert "openssl rand" in line
        assert "Bearer token of the SMS gateway." in line
        assert not secret or secret not in line

    @pytest.mark.parametrize("secret", ["Kd83-fjw92", "ababababababab"])
    def test_short(self, secret: str) -> None:
        """A secret that is short, or of few different characters, is refused."""
        assert "fewer than 12 characters" in refused(sms_token=secret)

    def test_optional(self) -> None:
        """A secret that may be left out is checked when it is there."""
        assert "HALO_MAIL_PASSWORD: " in refused(mail_password="test")

    def test_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A setting that is not set is told with its meaning."""
        monkeypatch.delenv("HALO_SMS_TOKEN", raising=False)
        with pytest.raises(ValidationError) as caught:
            GatewaySettings(
                kafka="kafka:9092", environment="local", oidc_issuer="http://i", database_url="postgres://h/d"
            )

        assert explain(caught.value) == ["HALO_SMS_TOKEN: it is not set. Bearer token of the SMS gateway."]

    @pytest.mark.parametrize(
        "url", ["postgresql://halo_intake@db/x", "postgresql://halo:halo@db/x", "postgresql://u:pass%77ord@db/x"]
    )
    def test_database_password(self, url: str) -> None:
        """The password in the database's address is a secret like others."""
        line = refused(database_url=url)

        assert line.startswith("HALO_DATABASE_URL: the secret is ")
        assert url not in line

    @pytest.mark.parametrize("url", ["", "db", "mysql://u:Kd83-fjw92-xQ1m@db/x", "postgresql://[::1/x"])
    def test_database_url(self, url: str) -> None:
        """What is no address of PostgreSQL is refused."""
        assert "this is no PostgreSQL address" in refused(database_url=url)

    def test_local(self) -> None:
        """On a developer's machine any secret will do."""
        settings = local_settings(GatewaySettings, sms_token="test")

        assert settings.sms_token.get_secret_value() == "test"

    def test_unknown_environment(self) -> None:
        """An environment that is misspelt loosens nothing."""
        with pytest.raises(ValidationError) as caught:
            production(environment="lokal", sms_token="test")

        assert [line.split(":")[0] for line in explain(caught.value)] == ["HALO_ENVIRONMENT", "HALO_SMS_TOKEN"]


class TestSettings:
    def test_every_fault(self) -> None:
        """All settings that are wrong are told at once, a line each."""
        with pytest.raises(ValidationError) as caught:
            production(kafka="kafka", http_port=70000, oidc_issuer="http://issuer.example")
        lines = explain(caught.value)

        assert [line.split(":")[0] for line in lines] == ["HALO_KAFKA", "HALO_HTTP_PORT", "HALO_OIDC_ISSUER"]

    @pytest.mark.parametrize(
        "url",
        [
            "http://halo.example", "https://halo.example/", "https://halo.example/x", "https://halo.example?x", "halo",
            "https://a@halo.example", "https://halo.example:x", "https://", "javascript://halo.example",
        ],
    )  # fmt: skip
    def test_public_url(self, url: str) -> None:
        """Pages are reached at a plain https address."""
        assert refused(public_url=url).startswith("HALO_PUBLIC_URL: this must be https://host")

    def test_pages_sign_in(self) -> None:
        """Sign-in for pages needs their address, and no weak secret."""
        settings = production(public_url="https://Halo.example:8443", oidc_client_id="pages", oidc_client_secret=STRONG)

        assert settings.public_url == "https://halo.example:8443"
        assert "also needs HALO_PUBLIC_URL" in refused(oidc_client_id="pages")
        weak = {"public_url": "https://halo.example", "oidc_client_id": "pages"}
        assert refused(**weak, oidc_client_secret="secret").startswith("HALO_OIDC_CLIENT_SECRET: the secret is ")

    def test_environment_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Settings come from variables that begin with HALO_."""
        monkeypatch.setenv("HALO_HTTP_PORT", "0")
        monkeypatch.setenv("HALO_KAFKA", "a:1,b:2")

        settings = ServiceSettings(
            environment="local", database_url="postgresql://h/d", oidc_issuer="http://issuer.example"
        )
        assert (settings.http_port, settings.kafka) == (0, "a:1,b:2")

    def test_frozen(self) -> None:
        """Settings do not change while the service runs."""
        with pytest.raises(ValidationError):
            production().http_port = 1  # type: ignore[misc] # as one must not
