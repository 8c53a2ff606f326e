"""One file for each group of rows; each has one function that measures and returns them."""

from tests.bench.rows import ingest, recording, segments

ROWS = {
    "ingest": ingest.measure,
    "recording": recording.measure,
    "segments": segments.measure,
}
