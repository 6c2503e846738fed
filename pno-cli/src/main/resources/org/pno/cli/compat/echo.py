"""Echo servers and clients by Python's own libraries: echo.py KIND ADDRESS PORT [COUNT BYTES]."""
import asyncio
import os
import selectors
import signal
import socket
import socketserver
import sys
import threading

KIND, ADDRESS, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


class Threading(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = True


class Forking(socketserver.ForkingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    max_children = 200


def serve(server):
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    with server:
        server.serve_forever(poll_interval=0.05)


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve_asyncio():
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(echo, ADDRESS, PORT)
    async with server:
        await ended.wait()


def serve_selectors():
    selector = selectors.DefaultSelector()
    listener = socket.create_server((ADDRESS, PORT), backlog=512)
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        for key, events in selector.select(0.05):
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ, bytearray())
                continue
            connection, waiting = key.fileobj, key.data
            if events & selectors.EVENT_READ:
                data = connection.recv(65536)
                if not data and not waiting:
                    selector.unregister(connection)
                    connection.close()
                    continue
                waiting += data
            while waiting:
                try:
                    del waiting[: connection.send(waiting)]
                except BlockingIOError:
                    break
            selector.modify(connection, selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0), waiting)


def talk(number, size, failures):
    """Sends bytes from one thread, reads their echo in this one."""
    try:
        sent = os.urandom(size)
        with socket.create_connection((ADDRESS, PORT), timeout=30) as connection:

            def send():
                connection.sendall(sent)

            sender = threading.Thread(target=send)
            sender.start()
            got = bytearray()
            while len(got) < size:
                data = connection.recv(65536)
                if not data:
                    break
                got += data
            sender.join()
            connection.shutdown(socket.SHUT_WR)
            rest = connection.recv(1)
        if bytes(got) != sent or rest:
            failures.append(f"{number}: {len(got)} of {size} bytes came back, or others, and {len(rest)} behind")
    except OSError as error:
        failures.append(f"{number}: {error!r}")


def clients(count, size):
    failures = []
    talkers = [threading.Thread(target=talk, args=(i, size, failures)) for i in range(count)]
    for talker in talkers:
        talker.start()
    for talker in talkers:
        talker.join()
    print("\n".join(failures) or f"{count} echoes")
    sys.exit(1 if failures else 0)


async def talk_asyncio(size):
    sent = os.urandom(size)
    reader, writer = await asyncio.open_connection(ADDRESS, PORT)
    writer.write(sent)
    got = await reader.readexactly(size)
    writer.close()
    await writer.wait_closed()
    return got == sent


async def clients_asyncio(count, size):
    right = await asyncio.gather(*(talk_asyncio(size) for _ in range(count)))
    print(f"{sum(right)} echoes")


match KIND:
    case "threading":
        serve(Threading((ADDRESS, PORT), Handler))
    case "forking":
        serve(Forking((ADDRESS, PORT), Handler))
    case "asyncio":
        asyncio.run(serve_asyncio())
    case "selectors":
        serve_selectors()
    case "clients":
        clients(int(sys.argv[4]), int(sys.argv[5]))
    case "asyncio-clients":
        asyncio.run(clients_asyncio(int(sys.argv[4]), int(sys.argv[5])))
