"""Mail: whatever carries it, it arrives whole, or it is said that it did not."""

import asyncio
from email import message_from_bytes, policy

import pytest

from services.chassis.mail import Mail, MailSettings, Post
from services.chassis.settings import SettingsError

MAIL = Mail(to="eve@acme.example", subject="Willkommen – 欢迎", text="Ein Link:\nhttps://x/?a=b\n")
GREETING = b"220 here\r\n"


class Server:
    """A mail server of the simplest kind: it takes one message at a time, or refuses them."""

    def __init__(self, *, refuses=False):
        self.refuses, self.taken, self.url = refuses, [], ""

    async def serve(self, reader, writer):
        writer.write(GREETING)
        while line := await reader.readline():
            word = line.split()[0].upper()
            if word == b"DATA" and not self.refuses:
                writer.write(b"354 go on\r\n")
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"550 no\r\n" if self.refuses and word == b"RCPT" else b"250 yes\r\n")
            await writer.drain()
        writer.close()


@pytest.fixture
async def server(request):
    found = Server(refuses=getattr(request, "param", False))
    listening = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield found
    listening.close()
    await listening.wait_closed()


def post(url):
    return Post.of(MailSettings(mail_url=url, mail_from="crm@acme.example"))


def checked(raw):
    message = message_from_bytes(raw, policy=policy.default)
    assert (message["From"], message["To"]) == ("crm@acme.example", MAIL.to)
    assert message["Subject"] == MAIL.subject
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert message["Message-ID"]


async def test_a_server_is_given_the_whole_message(server):
    await post(server.url).send(MAIL)
    (raw,) = server.taken
    checked(raw.removesuffix(b".\r\n"))


async def test_a_folder_is_given_the_whole_message_for_us_alone(tmp_path):
    await post((tmp_path / "mail").as_uri()).send(MAIL)
    (file,) = (tmp_path / "mail").iterdir()
    checked(file.read_bytes())
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("server", [True], indirect=True)
async def test_a_server_that_takes_it_not_is_told_of(server):
    with pytest.raises(OSError, match="does not take this message"):
        await post(server.url).send(MAIL)
    assert server.taken == []


async def test_a_server_that_is_not_there_is_told_of():
    with pytest.raises(ConnectionRefusedError):
        await post("smtp://127.0.0.1:1").send(MAIL)


@pytest.mark.parametrize("url", ["", "http://mail.example", "mail.example:25"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SettingsError, match="MAIL_URL"):
        post(url)
