"""Composition root: the only module that knows every room."""

from importlib import resources
from typing import Final

from halo_events.runtime import Handlers
from halo_service.service import Service

from halo_notify import api, handlers, jobs
from halo_notify.gateways import MailGateway, MailServer, SmsGateway
from halo_notify.settings import NotifySettings

NOT_FOLDED: Final = ("outgoing",)
"""Tables that no topic can bring back: address and text of messages on their way, and who holds them."""


def build(settings: NotifySettings | None = None) -> Service:
    """The service, from these settings or from the environment. Raises ValidationError."""
    found = settings or NotifySettings()
    return Service(
        name="notify",
        settings=found,
        handlers=Handlers(service="notify", projections=handlers.PROJECTIONS, decisions=handlers.DECISIONS),
        routers=(api.router,),
        jobs=jobs.build_jobs(_sms_gateway(found), _mail_gateway(found)),
        migrations=resources.files(__package__) / "migrations",
    )


def _sms_gateway(settings: NotifySettings) -> SmsGateway:
    return SmsGateway(settings.sms_url, settings.sms_token.get_secret_value())


def _mail_gateway(settings: NotifySettings) -> MailGateway:
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    return MailGateway(
        MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.mail_from,
            starttls=settings.smtp_starttls,
            username=settings.smtp_username or None,
            password=password or None,
        )
    )
