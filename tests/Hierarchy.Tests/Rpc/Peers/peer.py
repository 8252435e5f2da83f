"""A gRPC peer in Python: `peer.py client PORT` checks a server, `peer.py server` is one and prints its port."""
import os
import sys
import threading
import time
from concurrent import futures

import grpc

PREFIX = "/hierarchy.tests.rpc.EchoService/"
MIB = 1024 * 1024


# The messages are (text = 1, count = 2, payload = 3); nothing here needs generated code.
def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode(message):
    text, count, payload = message
    out = b""
    if text:
        raw = text.encode()
        out += b"\x0a" + varint(len(raw)) + raw
    if count:
        out += b"\x10" + varint(count)
    if payload:
        out += b"\x1a" + varint(len(payload)) + payload
    return out


def decode(data):
    fields, at = {1: b"", 2: 0, 3: b""}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = number()
        value = number()
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        fields[tag >> 3] = value
    return fields[1].decode(), fields[2], fields[3]


OPTIONS = [("grpc.max_receive_message_length", 4 * MIB)]


def client(port):
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
    unary = channel.unary_unary(PREFIX + "Unary", encode, decode)
    collect = channel.stream_unary(PREFIX + "Collect", encode, decode)
    expand = channel.unary_stream(PREFIX + "Expand", encode, decode)
    chat = channel.stream_stream(PREFIX + "Chat", encode, decode)

    def fails(call, code):
        try:
            call()
        except grpc.RpcError as error:
            assert error.code() == code, f"{error.code()} instead of {code}: {error.details()}"
            return error
        raise AssertionError(f"no error instead of {code}")

    assert unary(("grüße", 7, b"x" * MIB)) == ("grüße", 7, b"x" * MIB)
    assert collect(iter([("a", 0, b"")] * 500))[1] == 500
    assert [m[1] for m in expand(("t", 500, b""))] == list(range(500))
    assert [m[1] for m in chat(iter([("", i, b"") for i in range(200)]))] == list(range(200))
    print("kinds", flush=True)

    fails(lambda: unary(("sleep", 0, b""), timeout=0.7), grpc.StatusCode.DEADLINE_EXCEEDED)
    print("deadline", flush=True)

    call = expand(("sleep", 0, b""))
    next(call)
    call.cancel()
    end = time.time() + 10
    while unary(("cancelled?", 0, b""))[1] < 2:
        assert time.time() < end, "the server did not see the cancellation"
        time.sleep(0.02)
    print("cancel", flush=True)

    error = fails(lambda: unary(("fail", 0, b""), metadata=[("echo-bin", b"\x00\xff\x07")]), grpc.StatusCode.NOT_FOUND)
    assert error.details() == "größer 100 %\n", error.details()
    trailers = dict(error.trailing_metadata())
    assert trailers["why"] == "because" and trailers["echo-bin"] == b"\x00\xff\x07", trailers
    print("status", flush=True)

    assert unary(("z" * 100000, 1, b""), compression=grpc.Compression.Gzip)[0] == "z" * 100000
    assert unary(("z" * 100000, 1, b""), compression=grpc.Compression.Deflate)[0] == "z" * 100000
    print("compression", flush=True)

    fails(lambda: unary(("", 0, b"x" * (4 * MIB + 1))), grpc.StatusCode.RESOURCE_EXHAUSTED)
    fails(lambda: list(expand(("huge", 1, b""))), grpc.StatusCode.RESOURCE_EXHAUSTED)
    print("oversize", flush=True)

    total = 0
    for number, message in enumerate(expand(("", 400, b"x" * 52429))):
        total += len(message[2])
        if number % 40 == 0:
            time.sleep(0.05)
    assert total == 400 * 52429
    print("slow", flush=True)

    fails(lambda: channel.unary_unary(PREFIX + "NoSuch", encode, decode)(("", 0, b"")), grpc.StatusCode.UNIMPLEMENTED)
    fails(lambda: channel.unary_unary("/no.Such/Unary", encode, decode)(("", 0, b"")), grpc.StatusCode.UNIMPLEMENTED)
    print("unimplemented", flush=True)


class Service(grpc.GenericRpcHandler):
    def __init__(self):
        self.cancelled = 0
        self.lock = threading.Lock()

    def count_cancellation(self, context):
        """Counts when the call ends. Before anything is sent: a generator whose call is over is not resumed."""
        over = threading.Event()

        def end():
            with self.lock:
                self.cancelled += 1
            over.set()

        if not context.add_callback(end):
            end()
        return over

    def unary(self, request, context):
        if request[0] == "sleep":
            self.count_cancellation(context).wait(20)
        if request[0] == "cancelled?":
            return ("", self.cancelled, b"")
        if request[0] == "fail":
            echo = dict(context.invocation_metadata()).get("echo-bin", b"")
            context.set_trailing_metadata([("why", "because"), ("echo-bin", echo)])
            context.abort(grpc.StatusCode.NOT_FOUND, "größer 100 %\n")
        return request

    def collect(self, requests, context):
        count = sum(1 for _ in requests)
        return ("", count, b"")

    def expand(self, request, context):
        if request[0] == "sleep":
            over = self.count_cancellation(context)
            yield ("", 0, b"")
            over.wait(20)
            return
        if request[0] == "huge":
            yield ("", 0, os.urandom(5 * MIB))
            return
        for i in range(request[1]):
            yield (request[0], i, request[2])

    def chat(self, requests, context):
        yield from requests

    def service(self, details):
        kinds = {
            "Unary": (grpc.unary_unary_rpc_method_handler, self.unary),
            "Collect": (grpc.stream_unary_rpc_method_handler, self.collect),
            "Expand": (grpc.unary_stream_rpc_method_handler, self.expand),
            "Chat": (grpc.stream_stream_rpc_method_handler, self.chat),
        }
        if not details.method.startswith(PREFIX) or details.method[len(PREFIX):] not in kinds:
            return None
        make, handler = kinds[details.method[len(PREFIX):]]
        return make(handler, request_deserializer=decode, response_serializer=encode)


def server():
    peer = grpc.server(futures.ThreadPoolExecutor(20), options=OPTIONS, compression=grpc.Compression.Gzip)
    peer.add_generic_rpc_handlers((Service(),))
    port = peer.add_insecure_port("127.0.0.1:0")
    peer.start()
    print(port, flush=True)
    sys.stdin.read()
    peer.stop(0)


if sys.argv[1] == "client":
    client(sys.argv[2])
else:
    server()
