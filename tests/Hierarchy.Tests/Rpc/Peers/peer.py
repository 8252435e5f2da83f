"""A gRPC peer in Python: `peer.py client PORT` checks a server, `peer.py server` is one and prints its port, `peer.py interop PORT` runs cases of gRPC's interop suite."""
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


def put(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def get(data, number):
    """The first field of that number: an int, or bytes; None without one."""
    at = 0

    def read():
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
        tag = read()
        value = read()
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        if tag >> 3 == number:
            return value
    return None


def interop(port):
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
    service = "/grpc.testing.TestService/"
    unary = channel.unary_unary(service + "UnaryCall")
    upload = channel.stream_unary(service + "StreamingInputCall")
    download = channel.unary_stream(service + "StreamingOutputCall")
    duplex = channel.stream_stream(service + "FullDuplexCall")
    initial, trailing = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"

    def payload(size):
        return put(2, bytes(size))

    def size(response):
        return len(get(get(response, 1), 2))

    def wanting(*sizes):
        return b"".join(put(2, put(1, n)) for n in sizes)

    def status(number, message):
        return put(number, put(1, 2) + put(2, message.encode()))

    def fails(call, code):
        try:
            call()
        except grpc.RpcError as error:
            assert error.code() == code, f"{error.code()} instead of {code}: {error.details()}"
            return error.details()
        raise AssertionError(f"no error instead of {code}")

    large = put(2, 314159) + put(3, payload(271828))
    gzip = grpc.Compression.Gzip

    def ping_pong():
        turns = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]
        answered = threading.Semaphore(1)

        def requests():
            for sent, wanted in turns:
                answered.acquire()
                yield wanting(wanted) + put(3, payload(sent))

        for (_, wanted), response in zip(turns, duplex(requests())):
            assert size(response) == wanted
            answered.release()

    def client_compressed_unary():
        expecting = large + put(8, put(1, 1))
        fails(lambda: unary(expecting), grpc.StatusCode.INVALID_ARGUMENT)
        assert size(unary(expecting, compression=gzip)) == 314159

    def custom_metadata():
        sent = [(initial, "test_initial_metadata_value"), (trailing, b"\xab\xab\xab")]
        _, call = unary.with_call(large, metadata=sent)
        assert dict(call.initial_metadata())[initial] == "test_initial_metadata_value"
        assert dict(call.trailing_metadata())[trailing] == b"\xab\xab\xab"

    def same_status(message):
        assert fails(lambda: unary(status(7, message)), grpc.StatusCode.UNKNOWN) == message
        assert fails(lambda: list(duplex(iter([status(7, message)]))), grpc.StatusCode.UNKNOWN) == message

    def check(condition):
        assert condition

    cases = {
        "empty_unary": lambda: check(channel.unary_unary(service + "EmptyCall")(b"") == b""),
        "large_unary": lambda: check(size(unary(large)) == 314159),
        "client_streaming": lambda: check(get(upload(iter([put(1, payload(n)) for n in (27182, 8, 1828, 45904)])), 1) == 74922),
        "server_streaming": lambda: check([size(m) for m in download(wanting(31415, 9, 2653, 58979))] == [31415, 9, 2653, 58979]),
        "ping_pong": ping_pong,
        "empty_stream": lambda: check(list(duplex(iter([]))) == []),
        "client_compressed_unary": client_compressed_unary,
        "server_compressed_unary": lambda: check(size(unary(large + put(6, put(1, 1)))) == 314159),
        "timeout_on_sleeping_server": lambda: fails(lambda: list(duplex(iter([put(3, payload(27182)) + put(2, put(2, 5_000_000))]), timeout=0.001)), grpc.StatusCode.DEADLINE_EXCEEDED),
        "custom_metadata": custom_metadata,
        "status_code_and_message": lambda: same_status("test status message"),
        "special_status_message": lambda: same_status("\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"),
        "unimplemented_method": lambda: fails(lambda: channel.unary_unary(service + "UnimplementedCall")(b""), grpc.StatusCode.UNIMPLEMENTED),
        "unimplemented_service": lambda: fails(lambda: channel.unary_unary("/grpc.testing.UnimplementedService/UnimplementedCall")(b""), grpc.StatusCode.UNIMPLEMENTED),
    }
    for name, case in cases.items():
        case()
        print(name, flush=True)


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
elif sys.argv[1] == "interop":
    interop(sys.argv[2])
else:
    server()
