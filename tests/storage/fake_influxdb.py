"""An HTTP server that answers as InfluxDB does when something is wrong, 2.x included.

What 2.x says was seen on 2.7.12: a partial write is 422 and names the first bad point; a line that can't
be parsed refuses the whole batch with 400.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FakeInfluxDB:
    """`status` and `body` answer every request, unless `bad` marks lines that are refused as 2.x does it.

    Attributes:
        bad: A line with this text is bad.
        stores_the_good: Whether a batch with bad lines is stored but for them (422), or not at all (400).
        stored: Every line that was taken.
        writes: How many batches came.
        cut_short: Close the connection in the middle of the answer.
    """

    status: int = 204
    body: bytes = b""
    bad: bytes | None = None
    stores_the_good: bool = True
    delay_s: float = 0
    cut_short: bool = False
    stored: list[bytes] = field(default_factory=list)
    writes: int = 0
    url: str = ""

    def take(self, body: bytes) -> tuple[int, bytes]:
        self.writes += 1
        lines = body.splitlines()
        bad = [line for line in lines if self.bad is not None and self.bad in line]
        if bad and not self.stores_the_good:
            return 400, b'{"code":"invalid","message":"unable to parse \'%b\': bad"}' % bad[0]
        self.stored += [line for line in lines if line not in bad]
        if bad:
            words = b"failure writing points to database: partial write: field type conflict: %b dropped=%d"
            return 422, b'{"code":"unprocessable entity","message":"%b"}' % (words % (bad[0], len(bad)))
        return self.status, self.body


@contextmanager
def running_fake(fake: FakeInfluxDB) -> Iterator[FakeInfluxDB]:
    """The fake, listening on loopback at `fake.url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(fake.delay_s)
            status, words = fake.take(body) if "write" in self.path else (fake.status, fake.body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(words) + (10 if fake.cut_short else 0)))
            self.end_headers()
            self.wfile.write(words)
            self.close_connection = fake.cut_short

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
