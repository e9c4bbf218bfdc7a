#!/usr/bin/env python3
"""pipehat's links with those of python-hl7 (https://pypi.org/project/hl7/) at the other end.

    python_hl7.py BINARY

Sends with python-hl7's MLLP clients to `pipehat listen`, and with `pipehat send` to python-hl7's
server. Prints what passed; exit status 0 if all did, else 1.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

try:
    import hl7
    from hl7.client import MLLPClient
    from hl7.mllp import open_hl7_connection, start_hl7_server
except ImportError:
    sys.exit("this Python has no hl7 (pip install hl7)")

BINARY = str(Path(sys.argv[1]).resolve()) if len(sys.argv) == 2 else sys.exit(__doc__)
LONG = 60


def message(number, family="Adams"):
    return (
        f"MSH|^~\\&|KIT|NORTH|EHR|SOUTH|20260101120000||ADT^A08^ADT_A01|M{number}|P|2.5.1"
        "||||||UNICODE UTF-8\r"
        f"EVN|A08|20260101120000\rPID|1||{number}^^^KIT^MR||{family}^Ann||19700101|F\rPV1|1|O\r"
    )


class Listening:
    """`pipehat listen` on a free port; its output and status are known when the block ends."""

    def __init__(self, *args):
        command = [BINARY, "listen", "0", *args]
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(command, stdout=pipe, stderr=pipe)

    def __enter__(self):
        line = self.child.stderr.readline().decode()
        self.port = int(line.split("127.0.0.1:")[1].split()[0])
        return self

    def __exit__(self, failed, *_):
        if failed:
            self.child.kill()
        out, _ = self.child.communicate(timeout=LONG)
        self.status, self.messages = self.child.returncode, out.decode().splitlines()


class Server:
    """python-hl7's asyncio server in a thread; `answer` makes an acknowledgment of a message."""

    def __init__(self, answer):
        self.answer, self.received, self.ready = answer, [], threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),))

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(LONG), "python-hl7's server does not start"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(LONG)

    async def serve(self):
        self.ended = asyncio.Event()
        server = await start_hl7_server(self.connected, "127.0.0.1", 0, encoding="utf-8")
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await self.ended.wait()
        server.close()

    async def connected(self, reader, writer):
        try:
            while True:
                received = await reader.readmessage()
                self.received.append(str(received))
                writer.writemessage(self.answer(received))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()


def send(port, text, *args):
    """Status and standard output of `pipehat send`."""
    command = [BINARY, "send", f"127.0.0.1:{port}", *args]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=LONG)
    return done.returncode, done.stdout.decode()


def said(answer):
    """MSA-1 and MSA-2, as python-hl7 reads them."""
    if isinstance(answer, bytes):
        answer = hl7.parse(answer.decode().strip("\x0b\x1c\r"))
    msa = answer.segment("MSA")
    return str(msa[1]), str(msa[2])


def same(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


def the_client_sends_to_listen():
    messages = [message(n, "Ångström") for n in range(50)]
    with Listening("--count", "50") as listening:
        with MLLPClient("127.0.0.1", listening.port) as client:
            for number, text in enumerate(messages):
                same(said(client.send_message(text)), ("AA", f"M{number}"))
    same((listening.status, listening.messages), (0, "".join(messages).split("\r")[:-1]))


def an_object_of_python_is_taken():
    with Listening("--once") as listening:
        with MLLPClient("127.0.0.1", listening.port) as client:
            same(said(client.send_message(hl7.parse(message(1)))), ("AA", "M1"))
    same((listening.status, "\r".join(listening.messages)), (0, message(1).rstrip("\r")))


def a_refusal_is_read_by_the_client():
    with tempfile.TemporaryDirectory() as folder:
        rejects = Path(folder, "rejects")
        wrong = message(2).replace("19700101", "soon")
        with Listening("--count", "2", "--validate", "--rejects", str(rejects)) as listening:
            with MLLPClient("127.0.0.1", listening.port) as client:
                same(said(client.send_message(message(1))), ("AA", "M1"))
                answer = hl7.parse(client.send_message(wrong).decode().strip("\x0b\x1c\r"))
        same(said(answer), ("AE", "M2"))
        err = answer.segment("ERR")
        same((str(err[2]), str(err[3]).split("^")[0]), ("PID^1^7^1^1", "102"))
        block = b"\x0b" + wrong.encode() + b"\x1c\r"
        same((listening.status, rejects.read_bytes()), (1, block))


def the_asyncio_client_pipelines():
    messages = [message(n) for n in range(200)]

    async def talk(port):
        reader, writer = await open_hl7_connection("127.0.0.1", port, encoding="utf-8")
        for text in messages:
            writer.writemessage(hl7.parse(text))
        for number in range(len(messages)):
            answer = await asyncio.wait_for(reader.readmessage(), LONG)
            same(said(answer), ("AA", f"M{number}"))
        writer.close()

    with Listening("--count", "200") as listening:
        asyncio.run(talk(listening.port))
    same((listening.status, len("".join(listening.messages))), (0, sum(map(len, messages)) - 800))


def send_is_answered_by_the_server():
    text = [message(n, "Ångström") for n in range(50)]
    for window in ["1", "16"]:
        with Server(lambda received: received.create_ack("AA")) as server:
            args = ("-f", "ndjson", "--window", window)
            status, out = send(server.port, "\n".join(text), *args)
        answers = [json.loads(line) for line in out.splitlines()]
        same(status, 0)
        same([answer["code"] for answer in answers], ["AA"] * 50)
        same(server.received, text)


def a_refusal_of_the_server_is_told():
    def answer(received):
        return received.create_ack("AE" if str(received["MSH"][0][10]) == "M1" else "AA")

    with tempfile.TemporaryDirectory() as folder, Server(answer) as server:
        rejects = Path(folder, "rejects")
        text = "\n".join(message(n) for n in range(3))
        status, out = send(server.port, text, "-f", "ack", "--rejects", str(rejects))
        same((status, out.count("MSA|AA|"), out.count("MSA|AE|M1")), (1, 2, 1))
        same(rejects.read_text().split("|")[9], "M1")


def the_same_messages_through_both():
    with Listening("--count", "20") as listening:

        def answer(received):
            with MLLPClient("127.0.0.1", listening.port) as client:
                answer = client.send_message(received)
            return hl7.parse(answer.decode().strip("\x0b\x1c\r"))

        with Server(answer) as server:
            text = [message(n) for n in range(20)]
            same(send(server.port, "\n".join(text), "-f", "none"), (0, ""))
    same((listening.status, listening.messages), (0, "".join(text).split("\r")[:-1]))


CASES = [
    the_client_sends_to_listen,
    an_object_of_python_is_taken,
    a_refusal_is_read_by_the_client,
    the_asyncio_client_pipelines,
    send_is_answered_by_the_server,
    a_refusal_of_the_server_is_told,
    the_same_messages_through_both,
]


def main():
    failed = 0
    for case in CASES:
        try:
            case()
            print(f"passed  {case.__name__}")
        except Exception:
            failed += 1
            print(f"FAILED  {case.__name__}\n{traceback.format_exc()}")
    print(f"{len(CASES) - failed} of {len(CASES)} passed")
    return 1 if failed else 0


sys.exit(main())
