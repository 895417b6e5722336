"""A receiver of webhooks: https on this machine, with a certificate of its own, good or broken as it is told."""

import datetime as dt
import http.server
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from factcheck.webhooks.sending import Sender

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NAME = "newsroom.example"


@dataclass(frozen=True)
class Message:
    """What came in one request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """One that listens. `answer` says what each message is answered with: a status, or what to do with the handler."""

    port: int
    authorities: str
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[Message], Any] = lambda message: 204

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/hook"

    @property
    def url_by_number(self) -> str:
        """For a server whose operator opened this machine to it, and that cannot look the name up."""
        return f"https://127.0.0.1:{self.port}/hook"

    def sender(self, **values: Any) -> Sender:
        """One that knows where the name is, and trusts the certificate."""
        return Sender(
            **{
                "inside": LOOPBACK,
                "authorities": self.authorities,
                "resolve": lambda host, port: ["127.0.0.1"],
                **values,
            }
        )


@contextmanager
def receiving(folder: Path, *, name: str = NAME) -> Iterator[Receiver]:
    """A receiver in a thread of its own."""
    certificate = _certificate(folder, name)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = Message(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            receiver.messages.append(message)
            answer = receiver.answer(message)
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            # Whoever hangs up is what some tests are about.
            pass

        def get_request(self) -> Any:
            sock, address = self.socket.accept()
            # The handshake waits for the handler's thread: nobody holds up those who come next.
            return tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1], str(certificate))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def drip(handler: Any) -> None:
    """A header's letter every tenth of a second, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"a")
        time.sleep(0.1)


def flood(handler: Any) -> None:
    """Headers without an end, as fast as they are read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"a" * 2000 + b"\r\n")


def long_answer(handler: Any) -> None:
    """A body of a gigabyte, which nobody has to read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        handler.wfile.write(b"a" * 65536)


def redirect(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/elsewhere\r\n\r\n")


def nonsense(handler: Any) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def hang_up(handler: Any) -> None:
    handler.connection.close()


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(LOOPBACK[0][1])]
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "receiver.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
