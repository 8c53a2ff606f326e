"""The settings of a service that takes files."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.config import ServiceSettings


class FileSettings(ServiceSettings):
    """Where files lie, how large they may be, and how long they are kept."""

    import_folder: Path | None = Field(
        None, description="where imported files lie; the same for app and worker. Without it no file is taken"
    )
    import_most_mib: int = Field(512, ge=1, le=2048, description="the largest file that is taken, in MiB")
    import_memory_mib: int = Field(1024, ge=256, description="the memory in which one file is read, in MiB")
    import_reading_s: float = Field(120.0, gt=0, description="within which a file must have been read")
    import_keep_days: int = Field(7, ge=1, le=90, description="after which the file of an import is deleted")
