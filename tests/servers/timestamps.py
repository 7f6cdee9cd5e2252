"""A timestamp authority for tests: OpenSSL's own `openssl ts -reply` behind HTTP; silent or lying when told to."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Timestamp authority of the tests
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
dir = .
serial = serial
crypto_device = builtin
signer_cert = signer.pem
certs = ca.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class TimestampServer:
    """`status` and `twist` change what it answers; `asked` counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._found()
        self.status = 200
        self.twist: Callable[[bytes], bytes] = lambda answer: answer
        self.asked = 0
        self._lock = threading.Lock()
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsr"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def certificates(self) -> str:
        """The root, in PEM."""
        return (self.folder / "ca.pem").read_text()

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        query = asked.rfile.read(int(asked.headers["content-length"]))
        with self._lock:
            self.asked += 1
            body = self.twist(self.reply(query)) if self.status == 200 else b"busy"
        asked.send_response(self.status)
        asked.send_header("content-type", "application/timestamp-reply")
        asked.send_header("content-length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)

    def reply(self, query: bytes) -> bytes:
        """What OpenSSL answers to a request."""
        (self.folder / "query.tsq").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _found(self) -> None:
        (self.folder / "tsa.cnf").write_text(_CONFIG)
        (self.folder / "serial").write_text("01")
        for name in ("ca", "signer"):
            self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{name}.key")
        request = ("req", "-new", "-config", "tsa.cnf")
        self._openssl(*request, "-x509", "-days", "3650", "-extensions", "ca", "-key", "ca.key", "-out", "ca.pem")
        self._openssl(*request, "-subj", "/CN=Signer of the tests", "-key", "signer.key", "-out", "signer.csr")
        self._openssl(
            *("x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "3000", "-extfile", "tsa.cnf", "-extensions", "signer", "-out", "signer.pem"),
        )

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
