"""Workers: the same tasks in this process, on the cores of this machine, or on a cluster.

Dask schedules, retries and survives lost workers; nothing here knows what is computed. Results
come back in the order of the tasks, whoever did them and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client, Future

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
    """None for this process."""
    count: int = 1

    def map(self, task: Callable[[T], R], over: Sequence[T]) -> Iterator[R]:
        """The results in the order of `over`.

        Args:
            task: a function of a module, as it travels to other processes by name; calling it
                again with the same argument must do no harm.
            over: the arguments.
        """
        if self.client is None:
            yield from map(task, over)
            return
        waiting: list[Future[Any]] = []
        most = max(2, self.count * (1 + AHEAD))
        for argument in over:
            waiting.append(self.client.submit(task, argument, pure=False, retries=RETRIES))
            if len(waiting) >= most:
                yield self._result(waiting.pop(0))
        while waiting:
            yield self._result(waiting.pop(0))

    def _result(self, future: Future[Any]) -> Any:
        result = future.result()
        future.release()
        return result


@contextmanager
def workers(count: int | None = None, scheduler: str | None = None) -> Iterator[Workers]:
    """Start workers, or find those of a cluster.

    Args:
        count: processes on this machine; None or 1 for this process alone.
        scheduler: address of a running Dask scheduler, `tcp://host:8786`.

    Raises:
        ClusterError: the scheduler does not answer, or has no workers.
    """
    if scheduler is None and (count or 1) <= 1:
        yield Workers()
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
