"""The files in which the processes of a server share their metrics."""

from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

# What workers counted that are gone. No process has this number.
_GONE = 0


def clean(folder: Path) -> None:
    """Forget what an earlier server counted."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def fold(folder: Path, pid: int) -> None:
    """Add what a worker counted that is gone to one file for all of them, so that restarts do not pile up files.

    What it said of itself alone is gone with it.
    """
    for file in folder.glob(f"*_{pid}.db"):
        kind = file.name.removesuffix(f"_{pid}.db")
        if kind.startswith("gauge_live"):
            file.unlink()
            continue
        gone = MmapedDict(str(folder / f"{kind}_{_GONE}.db"))  # type: ignore[no-untyped-call]  # the package has no types
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            counted, _ = gone.read_value(key)  # type: ignore[no-untyped-call]
            gone.write_value(key, counted + value, 0.0)  # type: ignore[no-untyped-call]
        gone.close()  # type: ignore[no-untyped-call]
        file.unlink()
