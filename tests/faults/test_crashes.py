"""Whatever ends at the wrong moment: what was acknowledged is there, once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest
from harm import Burst, Place, Student, all_graded, found, rounds, serving

pytestmark = pytest.mark.slow


def test_a_server_killed_in_a_burst_loses_nothing(place: Place) -> None:
    """And is back within some seconds, and grades what was left over."""
    acked: dict[str, str] = {}
    back = []
    server = serving(place)
    for _ in range(rounds(2, 12)):
        burst = Burst(server).go()
        time.sleep(random.uniform(0.3, 1.2))
        server.kill()
        burst.end()
        acked |= burst.acked
        begun = time.monotonic()
        server = serving(place, server.port)
        back.append(time.monotonic() - begun)
    after = found(place, acked)
    assert after.good, after
    assert after.acked > 20
    assert max(back) < 3.0
    states = all_graded(place, 60 + 0.1 * after.rows)
    assert server.end() == 0
    assert states == {"graded": after.rows}
    print(f"killed {len(back)} times: {after}; back after at most {max(back):.2f} s")


def test_the_same_at_once_is_stored_once(either: Place) -> None:
    """Sixteen send each key at the same moment."""
    server = serving(either)
    keys, clients = rounds(40, 200), 16
    together, lock = threading.Barrier(clients), threading.Lock()
    statuses: Counter[int] = Counter()
    ids: dict[int, set[str]] = {}

    def send() -> None:
        one = Student(server.port, either.students[0], 30)
        for key in range(keys):
            together.wait()
            status, id = one.hand_in(f"key{key}", one.body(str(key)))
            with lock:
                statuses[status] += 1
                ids.setdefault(key, set()).add(id)
        one.close()

    threads = [threading.Thread(target=send) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one = Student(server.port, either.students[0])
    assert one.hand_in("key0", one.body("other"))[0] == 409
    one.close()
    after = found(either, {})
    server.end()
    assert (after.rows, after.twice, after.gaps) == (keys, 0, 0)
    assert statuses == {201: keys, 200: keys * (clients - 1)}
    assert all(len(one) == 1 for one in ids.values())
