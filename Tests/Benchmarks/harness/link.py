"""A link with a rate and a round trip, as a TCP proxy: what an export sees between this machine and the service.

    python link.py PORT TARGET_PORT MEGABITS ROUND_TRIP_SECONDS

All connections share the rate, in each direction, and every byte arrives half a round trip after it was sent. The first
bytes of a client wait one round trip more, as long as opening a connection takes. TCP's slow start and lost packets
are not simulated. Prints a line when it listens, and on SIGTERM as JSON how many connections there were and how many at once.
"""

import asyncio
import collections
import json
import signal
import sys

# What one connection may have on its way beyond what its receiver has read, as in Linux's largest window.
WINDOW = 6 << 20


class Direction:
    """The bytes of all connections that go one way, one after the other."""

    def __init__(self, rate, delay):
        self.rate = rate
        self.delay = delay
        self.free_at = 0.0

    def send(self, size, now):
        """When bytes that are sent now arrive. Computed, not measured, so that a late wake-up does not lower the rate."""
        self.free_at = max(now, self.free_at) + size / self.rate
        return self.free_at + self.delay


class Link:
    def __init__(self, target, megabits, round_trip):
        self.target = target
        self.round_trip = round_trip
        self.up, self.down = (Direction(megabits * 125_000, round_trip / 2) for _ in range(2))
        self.opened = self.open = self.peak = 0


class End(asyncio.Protocol):
    """One end of a connection: what it reads arrives at the other end."""

    def __init__(self, link, direction, other=None):
        self.link, self.direction, self.other = link, direction, other
        self.loop = asyncio.get_running_loop()
        self.earliest = 0.0
        # What is on its way to the other end, with the time it arrives; None is the end.
        self.travelling = collections.deque()
        self.timer = None
        self.is_blocked = False

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=WINDOW)
        if self.other:
            self.other.other = self
            self.other.transport.resume_reading()
            return
        self.link.opened += 1
        self.link.open += 1
        self.link.peak = max(self.link.peak, self.link.open)
        transport.pause_reading()
        self.earliest = self.loop.time() + self.link.round_trip * 1.5
        self.connecting = asyncio.ensure_future(
            self.loop.create_connection(lambda: End(self.link, self.link.down, self), "127.0.0.1", self.link.target)
        )

    def data_received(self, data):
        now = self.loop.time()
        self.travel(max(self.direction.send(len(data), now), self.earliest), data)
        # A queue of one round trip, as routers have.
        if self.direction.free_at - now > self.link.round_trip:
            self.transport.pause_reading()
            self.loop.call_at(self.direction.free_at - self.link.round_trip / 2, self.read_on)

    def eof_received(self):
        self.travel(max(self.direction.send(1, self.loop.time()), self.earliest), None)
        return True

    def travel(self, arrival, data):
        self.travelling.append((arrival, data))
        self.timer = self.timer or self.loop.call_at(arrival, self.arrive)

    def arrive(self):
        now = self.loop.time()
        while self.travelling and self.travelling[0][0] <= now:
            _, data = self.travelling.popleft()
            if self.other is None or self.other.transport.is_closing():
                self.travelling.clear()
            elif data is None:
                self.other.transport.write_eof() if self.direction is self.link.up else self.other.transport.close()
            else:
                self.other.transport.write(data)
        self.timer = self.loop.call_at(self.travelling[0][0], self.arrive) if self.travelling else None

    def pause_writing(self):
        self.other.is_blocked = True
        self.other.transport.pause_reading()

    def resume_writing(self):
        self.other.is_blocked = False
        self.other.read_on()

    def read_on(self):
        if not self.is_blocked and not self.transport.is_closing():
            self.transport.resume_reading()

    def connection_lost(self, error):
        if self.direction is self.link.up:
            self.link.open -= 1
        # A client that is gone takes its connection with it; the service's last bytes still arrive.
        if self.other and (error or self.direction is self.link.up) and not self.other.transport.is_closing():
            self.other.transport.abort()


async def main(port, target, megabits, round_trip):
    link = Link(target, megabits, round_trip)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await loop.create_server(lambda: End(link, link.up), "127.0.0.1", port, backlog=256)
    print("listening", flush=True)
    await stopped.wait()
    print(json.dumps({"opened": link.opened, "peak": link.peak}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
