"""Mail: how a message leaves the house, by SMTP, or into a file that `crm mail` shows."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.settings import SettingsError

SECONDS = 10
SCHEMES = ("smtp", "smtps", "file")


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str


class Carrier(Protocol):
    """Whatever takes a message away, or raises `OSError` where it cannot now."""

    def carry(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True)
class Smtp:
    """A server that takes mail: `smtps://` speaks TLS at once, `smtp://` where it is offered."""

    url: SplitResult

    def carry(self, message: EmailMessage) -> None:
        host, port = self.url.hostname or "", self.url.port
        context = ssl.create_default_context()
        opened: smtplib.SMTP
        if self.url.scheme == "smtps":
            opened = smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
        else:
            opened = smtplib.SMTP(host, port or 25, timeout=SECONDS)
        with opened as server:
            server.ehlo()
            if self.url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)


@dataclass(frozen=True)
class Sink:
    """A folder in which each message is a file: where there is no server, and in tests."""

    folder: Path

    def carry(self, message: EmailMessage) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        file = self.folder / f"{name}.eml"
        file.touch(mode=0o600)
        file.write_bytes(message.as_bytes())


class MailSettings(BaseSettings):
    """How mail leaves; read when something is to be sent."""

    model_config = SettingsConfigDict(extra="ignore")

    mail_url: str = ""
    """`smtp://user:password@host:port`, `smtps://…`, or `file:///folder`."""
    mail_from: str = "guanxi@localhost"
    mail_link: str = "{purpose} {token}"
    """Where a link leads: `https://crm.example/{purpose}?token={token}`."""


@dataclass(frozen=True)
class Post:
    """Sends what is to be sent, and writes the links in it."""

    carrier: Carrier
    sender: str
    pattern: str

    @staticmethod
    def of(told: MailSettings) -> "Post":
        url = urlsplit(told.mail_url)
        if url.scheme not in SCHEMES:
            raise SettingsError(f"MAIL_URL begins with one of {', '.join(SCHEMES)}")
        carrier = Sink(Path(unquote(url.path))) if url.scheme == "file" else Smtp(url)
        return Post(carrier, told.mail_from, told.mail_link)

    def link(self, purpose: str, token: str) -> str:
        return self.pattern.format(purpose=purpose, token=token)

    async def send(self, mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid()
        message.set_content(mail.text)
        try:
            await asyncio.to_thread(self.carrier.carry, message)
        except smtplib.SMTPException as error:
            raise ConnectionError("the mail server does not take this message now") from error
