"""Ten updates a second at most, and the last one always."""

from __future__ import annotations

import threading

from tests.widgets.fakes import FakeTime


def test_the_first_value_is_sent_at_once_and_no_timer_is_armed() -> None:
    time, seen = FakeTime(), list[int]()
    time.throttle(seen.append).put(1)
    assert (seen, time.timers) == ([1], [])


def test_values_that_come_too_fast_wait_and_only_the_last_is_sent() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    for value in range(5):
        throttle.put(value)
    assert (seen, len(time.timers)) == ([0], 1)
    time.move(0.1)
    assert seen == [0, 4]


def test_a_thousand_values_in_a_second_are_at_most_eleven_sends_and_end_with_the_last() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    for value in range(1000):
        throttle.put(value)
        time.move(0.001)
    time.move(0.1)
    assert len(seen) <= 11
    assert seen[-1] == 999


def test_a_value_after_a_pause_is_sent_at_once() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    throttle.put(1)
    time.move(0.2)
    throttle.put(2)
    assert seen == [1, 2]


def test_flush_sends_what_waits_once() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    throttle.put(1)
    throttle.put(2)
    throttle.flush()
    time.move(1)
    assert seen == [1, 2]


def test_close_sends_the_last_value_and_nothing_after_it() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    for value in (1, 2):
        throttle.put(value)
    throttle.close()
    throttle.put(3)
    time.move(1)
    assert seen == [1, 2]


def test_a_send_that_puts_again_does_not_lock_up() -> None:
    time, seen = FakeTime(), list[int]()

    def send(value: int) -> None:
        seen.append(value)
        time.now += 1
        if value < 2:
            throttle.put(value + 1)

    throttle = time.throttle(send)
    throttle.put(0)
    assert seen == [0, 1, 2]


def test_two_threads_never_send_at_once_and_the_newer_value_comes_last() -> None:
    time, seen = FakeTime(), list[int]()
    entered, go_on = threading.Event(), threading.Event()

    def send(value: int) -> None:
        if value == 1:
            entered.set()
            assert go_on.wait(5)
        seen.append(value)

    throttle = time.throttle(send)
    first = threading.Thread(target=throttle.put, args=(1,))
    first.start()
    assert entered.wait(5)
    time.now += 1
    second = threading.Thread(target=throttle.put, args=(2,))
    second.start()
    second.join(0.1)
    assert (second.is_alive(), seen) == (True, [])
    go_on.set()
    first.join()
    second.join()
    assert seen == [1, 2]


def test_the_last_value_of_many_threads_is_sent() -> None:
    time, seen = FakeTime(), list[int]()
    throttle = time.throttle(seen.append)
    threads = [threading.Thread(target=lambda: [throttle.put(value) for value in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    throttle.put(999)
    time.move(0.1)
    assert (seen[-1], len(seen)) == (999, 2)
