"""A receiver for trying out webhooks: prints each message, and whether it comes from Openslot.

    python receiver.py 8765 webhook.json

`webhook.json` is the response to `POST /webhooks`, which has the secret; it may be saved after this program starts.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from openslot import verify


class Receiver(BaseHTTPRequestHandler):
    secret_file: Path

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        secret = json.loads(self.secret_file.read_text())["secret"]
        is_ours = verify(secret, {name.lower(): value for name, value in self.headers.items()}, body)
        print("verified:" if is_ours else "NOT VERIFIED:", body.decode(), flush=True)
        self.send_response(204 if is_ours else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """No access log; the messages are printed."""


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Receiver.secret_file = Path(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
