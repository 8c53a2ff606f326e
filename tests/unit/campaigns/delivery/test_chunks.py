"""The size of chunks follows the provider: large where it is quick, small where a kill would leave many unknown."""

from __future__ import annotations

from services.campaigns.delivery.domain.chunks import FIRST, LARGEST, SMALLEST, ChunkSize


def after(seconds_per_message: float, times: int = 20) -> int:
    """The size when each message took so long, one after the other."""
    chunk = ChunkSize()
    for _ in range(times):
        chunk.measured(chunk.now, chunk.now * seconds_per_message)
    return chunk.now


def test_a_quick_provider_gets_the_largest_chunks() -> None:
    assert ChunkSize().now == FIRST
    assert after(0.0005) == LARGEST


def test_a_slow_provider_gets_what_leaves_in_a_second() -> None:
    """Would catch chunks that outlive their permits, and hundreds that nobody knows of after a kill."""
    assert after(0.01) == 100
    assert after(1.0) == SMALLEST


def test_a_chunk_of_one_says_nothing_about_the_rate() -> None:
    """Would catch a size that shrinks because little was due."""
    chunk = ChunkSize(LARGEST)
    for _ in range(20):
        chunk.measured(1, 0.05)
    assert chunk.now == LARGEST


def test_a_provider_that_becomes_slow_is_noticed_even_in_small_chunks() -> None:
    chunk = ChunkSize(LARGEST)
    for _ in range(5):
        chunk.measured(10, 5.0)
    assert chunk.now < 30
