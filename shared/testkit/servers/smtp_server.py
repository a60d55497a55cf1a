"""A real SMTP server for tests: keeps every mail as a file, and misbehaves for recipients whose name asks it to.

    refused-550@...  that code at RCPT (450: later)
    cut@...          closes the connection in the middle of the message
    unanswered@...   keeps the message and closes without an answer: the sender is in doubt
    hanging@...      never answers the message

While there is a file `hold` in its folder it keeps messages and answers none of them.
"""

import argparse
import asyncio
import json
import os
import re
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if any(to.startswith("cut@") for to in self.envelope.rcpt_tos):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Keep:
    def __init__(self, folder):
        self.folder = folder
        self.kept = sum(name.endswith(".mail") for name in os.listdir(folder))

    async def handle_RCPT(self, server, session, envelope, address, options):
        asked = re.match(r"refused-(\d{3})", address)
        if asked:
            return f"{asked[1]} refused as the test asked"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(to.startswith("hanging@") for to in envelope.rcpt_tos):
            await asyncio.Event().wait()
        self.keep(session, envelope)
        while os.path.exists(os.path.join(self.folder, "hold")):
            await asyncio.sleep(0.01)
        if any(to.startswith("unanswered@") for to in envelope.rcpt_tos):
            server.transport.abort()
            return "250 OK"
        return f"250 OK kept as {self.kept}"

    def keep(self, session, envelope):
        about = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "login": session.auth_data,
            "tls": session.ssl is not None,
        }
        self.kept += 1
        place(
            os.path.join(self.folder, f"{self.kept:06}.mail"),
            json.dumps(about).encode() + b"\n" + envelope.original_content,
        )


def place(path, content):
    """Whoever reads it sees all of it or nothing."""
    with open(path + ".part", "wb") as part:
        part.write(content)
    os.rename(path + ".part", path)


def certificate(folder):
    """A server certificate signed by an authority of its own, which the client is to trust."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(os.path.join(folder, "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def authenticator(login):
    def check(server, session, envelope, mechanism, data):
        given = [data.login.decode(), data.password.decode()]
        return AuthResult(success=given == login, auth_data=given[0])

    return check


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", required=True)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--starttls", action="store_true")
    options.add_argument("--login", help="user:password")
    options = options.parse_args()
    context = certificate(options.folder) if options.starttls else None
    login = options.login.split(":", 1) if options.login else None
    keep = Keep(options.folder)

    def connection():
        return Server(
            keep,
            hostname="localhost",
            ident="test",
            tls_context=context,
            require_starttls=options.starttls,
            auth_required=login is not None,
            auth_require_tls=options.starttls,
            authenticator=authenticator(login) if login else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", options.port)
    port = server.sockets[0].getsockname()[1]
    place(os.path.join(options.folder, "port"), str(port).encode())
    await server.serve_forever()


asyncio.run(main())
