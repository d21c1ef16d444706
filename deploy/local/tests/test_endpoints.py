import pytest
from halo_local.endpoints import PARTS, VARIABLES, Endpoints, from_environment, named_in_environment
from halo_local.errors import EndpointError, LocalStackError
from halo_local.stack import start_stack


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of a stack."""
    for variable in ("HALO_STACK", *(name for fields in VARIABLES.values() for name in fields.values())):
        monkeypatch.delenv(variable, raising=False)


class TestExternal:
    def test_takes_what_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the environment names a server, auto means external and nothing is started."""
        monkeypatch.setenv("HALO_KAFKA_BOOTSTRAP", "broker:9092")

        with start_stack(parts=frozenset({"kafka"})) as endpoints:
            assert endpoints == Endpoints(kafka="broker:9092")

    def test_names_each_missing_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One line names every variable that is still to be set."""
        monkeypatch.setenv("HALO_MINIO_ENDPOINT", "store:9000")

        with pytest.raises(EndpointError) as refused:
            from_environment({"postgres", "minio"})

        assert str(refused.value) == (
            "HALO_STACK=external needs these variables too: "
            "HALO_MINIO_ACCESS_KEY, HALO_MINIO_SECRET_KEY, HALO_POSTGRES_DSN"
        )

    def test_does_without_a_scanner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stack of one's own needs no virus scanner, and a scanner alone is no stack of one's own."""
        monkeypatch.setenv("HALO_CLAMD", "scanner:3310")
        assert not named_in_environment()

        monkeypatch.delenv("HALO_CLAMD")
        monkeypatch.setenv("HALO_KAFKA_BOOTSTRAP", "broker:9092")
        assert from_environment({"kafka", "clamd"}) == Endpoints(kafka="broker:9092")


class TestChoice:
    def test_refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A way that doesn't exist is refused in words."""
        monkeypatch.setenv("HALO_STACK", "moon")

        with pytest.raises(LocalStackError, match="is unknown"), start_stack():
            pass

    def test_refuses_an_unknown_part(self) -> None:
        """A misspelt part is refused, and the text lists those that exist."""
        with pytest.raises(LocalStackError, match="no such part: redis; there are clamd, kafka, minio, postgres"):
            start_stack(parts=frozenset({"redis"})).__enter__()


class TestEndpoints:
    def test_hides_secrets(self) -> None:
        """A printed endpoint shows neither password nor secret key."""
        shown = repr(Endpoints(postgres="postgresql://postgres:hidden@host/db", minio_secret_key="hidden"))

        assert "hidden" not in shown

    def test_round_trip_through_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What one process exports, another finds."""
        endpoints = Endpoints("broker:9092", "postgresql://host/db", "store:9000", "key", "secret", "scanner:3310")
        for name, value in endpoints.as_env().items():
            monkeypatch.setenv(name, value)

        assert from_environment(PARTS) == endpoints
