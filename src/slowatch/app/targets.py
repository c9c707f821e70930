"""Whom alerts are sent to, as the settings say."""

from collections.abc import Iterator

from slowatch.app.settings import Settings, Webhook, secret_text, signed_in
from slowatch.app.values import plain, without_credentials
from slowatch.notify.target import Target
from slowatch.source.connection import Connection

TIMEOUT_S = 10.0


def targets(settings: Settings) -> list[Target]:
    """All Alertmanagers and webhooks. Raises SettingsError when a secret's file is unreadable."""
    files = [
        settings.alertmanager_bearer_token_file,
        *(one.token_file for one in settings.webhooks),
    ]
    for file in filter(None, files):
        # Read again for each request, for tokens change; one that is not there now is a mistake.
        secret_text(file)
    return [*_alertmanagers(settings), *(_webhook(one) for one in settings.webhooks)]


def _alertmanagers(settings: Settings) -> Iterator[Target]:
    for address in dict.fromkeys(settings.alertmanagers):
        url, username, password = signed_in(
            address,
            settings.alertmanager_username,
            settings.alertmanager_password,
            settings.alertmanager_password_file,
        )
        connection = Connection(
            url=url,
            username=username,
            password=password,
            bearer_token=plain(settings.alertmanager_bearer_token),
            bearer_token_file=settings.alertmanager_bearer_token_file,
            ca_file=settings.alertmanager_ca_file,
            timeout_s=TIMEOUT_S,
            concurrency=1,
        )
        yield Target(connection.shown_url, "alertmanager", connection)


def _webhook(webhook: Webhook) -> Target:
    url, username, password = without_credentials(webhook.url.get_secret_value())
    connection = Connection(
        url=url,
        username=username,
        password=password,
        bearer_token=plain(webhook.token),
        bearer_token_file=webhook.token_file,
        timeout_s=TIMEOUT_S,
        concurrency=1,
    )
    return Target(webhook.name, "webhook", connection)
