"""What may be set from outside, and what a mistake gets."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from mentorgraph import settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)


def refusal(monkeypatch: pytest.MonkeyPatch, **given: str) -> str:
    for name, value in given.items():
        monkeypatch.setenv(f"MENTORGRAPH_{name}", value)
    with pytest.raises(settings.SettingsError) as caught:
        settings.read()
    return str(caught.value)


def test_nothing_needs_to_be_set() -> None:
    chosen = settings.read()
    assert (chosen.host, chosen.port, chosen.demo) == ("127.0.0.1", 8400, True)
    assert (chosen.database_url, chosen.data_dir) == (None, Path(".mentorgraph"))


def test_an_empty_variable_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORGRAPH_PORT", "")
    assert settings.read().port == 8400


def test_the_demo_is_left_out_by_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORGRAPH_DEMO", "0")
    assert not settings.read().demo


def test_an_unknown_setting_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, PROT="1") == (
        "MENTORGRAPH_PROT is not a setting. Did you mean MENTORGRAPH_PORT?"
    )


def test_every_unknown_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(refusal(monkeypatch, PROT="1", DATABSE_URL="x").splitlines()) == 2


def test_the_tests_own_variable_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORGRAPH_TEST_DATABASE_URL", "postgresql://x")
    assert settings.read().database_url is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_it_listens_on_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MENTORGRAPH_HOST", host)
    assert settings.read().host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104 - refused
def test_it_listens_nowhere_else_for_tokens_are_sent_as_they_are(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    assert "tokens are sent as they are" in refusal(monkeypatch, HOST=host)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("POOL_SIZE", "0"), ("PLAN_CACHE_MODE", "never"), ("DEMO", "2")],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert refusal(monkeypatch, **{name: value}).startswith(f"MENTORGRAPH_{name}: ")


def test_a_refusal_keeps_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in refusal(monkeypatch, DATABASE_URL="mysql://root:hunter2@db/x")


def test_settings_keep_secrets_when_they_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORGRAPH_DATABASE_URL", "postgresql://root:hunter2@db/x")
    monkeypatch.setenv("MENTORGRAPH_BOOTSTRAP_TOKEN", "hunter2" * 5)
    assert "hunter2" not in repr(settings.read())


@pytest.mark.parametrize("token", ["hunter2", "hunter2 " * 5, "hunter2" * 50, "hunter²" * 5])
def test_a_token_that_is_brought_is_long_and_plain(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    told = refusal(monkeypatch, BOOTSTRAP_TOKEN=token)
    assert told.startswith("MENTORGRAPH_BOOTSTRAP_TOKEN: a token has 32 to 256 printable characters")
    assert "hunter" not in told


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.read().port = 1
