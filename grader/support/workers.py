"""Workers: the same tasks in this process, on the cores of this machine, or on a cluster.

Dask schedules, retries and survives lost workers; nothing here knows what is computed. Results
come back in the order of the tasks, whoever did them and when.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import ClusterError
from grader.support.extras import missing

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Tasks handed out for each worker beyond what it does, so that none waits and few results
lie about."""
RETRIES = 3
LOST = 20
"""A task is given up only after so many workers died at it."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
"""What tells libraries how many threads to start."""
PATIENCE = 60
"""Seconds in which a cluster's first worker must appear."""


@dataclass(frozen=True)
class Workers:
    """Where tasks are done."""

    client: Client | None = None
    """None for this process, or for a pool."""
    count: int = 1
    pool: Executor | None = None
    """Processes that nobody looks after: quick to start, but a dead one is the end."""

    def map(self, task: Callable[[T], R], over: Iterable[T]) -> Iterator[R]:
        """The results in the order of `over`.

        Args:
            task: a function of a module, as it travels to other processes by name; calling it
                again with the same argument must do no harm.
            over: the arguments; they are taken as they are needed.
        """
        if self.client is None and self.pool is None:
            yield from map(task, over)
            return
        waiting: deque[Future[R]] = deque()
        most = max(2, self.count * (1 + AHEAD))
        for argument in over:
            waiting.append(self._begun(task, argument))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _begun(self, task: Callable[[T], R], argument: T) -> Future[R]:
        if self.pool is not None:
            return self.pool.submit(task, argument)
        client: Any = self.client
        future: Future[R] = client.submit(task, argument, pure=False, retries=RETRIES)
        return future


def cores() -> int:
    """Cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def workers(
    count: int | None = None, scheduler: str | None = None, brief: bool = False
) -> Iterator[Workers]:
    """Start workers, or find those of a cluster.

    Without Dask (`pip install 'bpgrade[cluster]'`) plain processes do all work on this machine.

    Args:
        count: processes on this machine; None or 1 for this process alone.
        scheduler: address of a running Dask scheduler, `tcp://host:8786`.
        brief: whether the work takes no longer than Dask takes to start many times over; then
            plain processes do it.

    Raises:
        ClusterError: the scheduler does not answer, or has no workers.
    """
    if scheduler is None and (count or 1) <= 1:
        yield Workers()
        return
    if scheduler is None and (brief or missing("cluster")):
        yield from _pool(count or 1)
        return
    from distributed import Client, LocalCluster

    settle()
    if scheduler is None:
        with (
            LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
            ) as cluster,
            Client(cluster) as client,
        ):
            yield Workers(client, count or 1)
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler with workers at {scheduler}: {error}") from None
    with client:
        yield Workers(client, max(1, len(client.scheduler_info()["workers"])))


def _pool(count: int) -> Iterator[Workers]:
    """Processes that start at once; nothing is waited for after an error."""
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(count, initializer=_end_with, initargs=(os.getpid(),)) as pool:
        try:
            yield Workers(None, count, pool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with(parent: int) -> None:
    """Let this process end when its parent is killed; otherwise it would wait for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def settle() -> None:
    """Dask's settings for our tasks: dead workers are no fault of a task, and say little."""
    import logging

    import dask

    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": LOST,
            "distributed.worker.memory.target": 0.7,
            "distributed.admin.tick.limit": "60s",
            # a worker is a core: more threads in each would only stand in each other's way
            "distributed.nanny.pre-spawn-environ": dict.fromkeys(THREADS, 1),
        }
    )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
