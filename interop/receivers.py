"""Who is told: a mail server, and a receiver of webhooks over https, both on loopback and both somebody else's code as far
as can be. They keep what they get. Know nothing of what is checked.
"""
import base64
import datetime
import email
import hashlib
import hmac
import http.server
import ipaddress
import json
import socket
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MailServer:
    """A mail server that takes everything, from whoever has the login if there is one. Use as a context; `mails` is what it got,
    `refused` counts who was not let in."""

    def __init__(self, user=None, password=None):
        self.mails, self.controller, self.refused = [], None, 0
        self.login = (user.encode(), password.encode()) if user else None

    def authenticate(self, _server, _session, _envelope, _mechanism, given):
        if (given.login, given.password) == self.login:
            return AuthResult(success=True)
        self.refused += 1
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, _server, _session, envelope):
        mail = email.message_from_bytes(envelope.content)
        text = mail.get_payload(decode=True).decode()
        subject = str(email.header.make_header(email.header.decode_header(mail["Subject"])))
        self.mails.append({"to": envelope.rcpt_tos, "subject": subject, "text": text, "id": mail["Message-ID"]})
        return "250 OK"

    def __enter__(self):
        demands = {"authenticator": self.authenticate, "auth_required": True, "auth_require_tls": False} if self.login else {}
        self.controller = Controller(self, hostname="127.0.0.1", port=0, **demands)
        # It calls itself once to see that it listens, by the port it was told: 0.
        self.controller._trigger_server = self.call
        self.controller.start()
        self.address = "127.0.0.1:%d" % self.port()
        return self

    def __exit__(self, *_):
        self.controller.stop(no_assert=True)

    def port(self):
        return self.controller.server.sockets[0].getsockname()[1]

    def call(self):
        with socket.create_connection(("127.0.0.1", self.port()), 5) as connection:
            connection.recv(1024)


class HookReceiver:
    """A receiver of webhooks. Use as a context; `got` is what was posted, `answer` the status it gives."""

    def __init__(self, folder):
        self.got, self.answer, self.lock = [], 200, threading.Lock()
        self.certificate, key = folder / "hooks.pem", folder / "hooks.key"
        self.secret = "hook-secret-1"
        make_certificate(self.certificate, key)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    status = receiver.answer
                    receiver.got.append({"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}, "body": body, "answered": status})
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", f"https://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.port}/hook"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def alerts(self, answered=200):
        """What was posted and answered so, as JSON, in order."""
        with self.lock:
            return [json.loads(one["body"]) for one in self.got if one["answered"] == answered]

    def is_signed(self, one):
        """Verifies both signatures as docs/notifications.md says."""
        secret, headers = self.secret.encode(), one["headers"]
        mms = base64.b64encode(hmac.new(secret, one["body"], hashlib.sha1).digest()).decode()
        parts = dict(part.split("=", 1) for part in headers["x-atrest-signature"].split(","))
        ours = hmac.new(secret, parts["t"].encode() + b"." + one["body"], hashlib.sha256).hexdigest()
        return hmac.compare_digest(mms, headers["x-mms-signature"]) and hmac.compare_digest(ours, parts["v1"])


def make_certificate(certificate, key):
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30)).add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
