"""Read a zip file as untrusted data: its names are checked, and nothing is read without a limit."""

import contextlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

MAX_ENTRIES = 50_000
# An archive may unpack to this many bytes, and besides to a multiple of its own size. Notebooks
# shrink to a tenth or less; what grows a hundredfold was made to fill a disk.
MAX_BYTES, MAX_GROWTH = 200_000_000, 100
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
UNICODE_PATH = 0x7075  # the extra field in which older programs keep a name as UTF-8
# What operating systems add to archives.
NOISE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints")


class ArchiveError(ValueError):
    """An error for a file that cannot be used as an archive. The text is one line."""


@dataclass(frozen=True)
class Entry:
    """One file in an archive. path: its name, with a slash between folders, in composed Unicode."""

    path: str
    info: zipfile.ZipInfo = field(repr=False)

    @property
    def name(self) -> str:
        """The name without the folders."""
        return PurePosixPath(self.path).name


class Archive:
    """A zip file. entries: the files that may be read. refused: a line for each that may not."""

    def __init__(self, file: Path | IO[bytes], name: str) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            infos = self._zip.infolist()
        except FileNotFoundError:
            raise ArchiveError(f"{name}: there is no such file") from None
        except OSError as error:
            raise ArchiveError(f"{name}: this cannot be read: {error.strerror}") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise ArchiveError(f"{name}: this is no zip file that can be read") from None
        if len(infos) > MAX_ENTRIES:
            raise ArchiveError(f"{name}: this has more than {MAX_ENTRIES:,} files")
        packed = sum(info.compress_size for info in infos)
        most = MAX_BYTES + MAX_GROWTH * packed
        if sum(info.file_size for info in infos) > most:
            raise ArchiveError(
                f"{name}: this unpacks to more than {most // 1_000_000:,} MB, so it is not opened"
            )
        self._left = most
        self.refused: list[str] = []
        self.entries = list(self._usable(infos))

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _usable(self, infos: list[zipfile.ZipInfo]) -> Iterator[Entry]:
        seen: set[str] = set()
        for info in infos:
            path = _path(info)
            if info.is_dir() or any(part in NOISE for part in path.split("/")):
                continue
            if reason := _refusal(path, info) or ("its name occurs twice" if path in seen else ""):
                self.refused.append(f"{path}: {reason}")
                continue
            seen.add(path)
            yield Entry(path, info)

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the content of a file. Raises ArchiveError if it is larger or damaged.

        most: the largest number of bytes that may be read.
        """
        most = min(most, self._left)
        content = bytearray()
        try:
            with self._zip.open(entry.info) as file:
                # The size in the archive can be wrong, so we count the bytes that we read.
                while len(content) <= most and (some := file.read(1 << 16)):
                    content += some
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
            raise ArchiveError(f"{entry.path}: this file is damaged in the archive") from None
        except (RuntimeError, ValueError) as error:
            raise ArchiveError(f"{entry.path}: this file cannot be unpacked: {error}") from None
        self._left -= len(content)
        if len(content) > most:
            raise ArchiveError(f"{entry.path}: this file is larger than {most // 1_000_000} MB")
        return bytes(content)


def _path(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in composed Unicode.

    Names that are not marked as UTF-8 are UTF-8 all the same if they can be, because many programs
    forget the mark.
    """
    name = info.filename
    if not info.flag_bits & UTF8_FLAG:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
        name = _unicode_path(info.extra) or name
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _unicode_path(extra: bytes) -> str:
    """Return the name in the extra field for it, or an empty text."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNICODE_PATH and size > 5:
            with contextlib.suppress(UnicodeDecodeError):
                return extra[9 : 4 + size].decode()
        extra = extra[4 + size :]
    return ""


def _refusal(path: str, info: Any) -> str:
    """Return the reason why a file in an archive is not used, or an empty text."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or (len(path) > 1 and path[1] == ":"):
        return "its name leads out of the archive"
    if not path.isprintable() or any(not part or len(part.encode()) > 250 for part in parts):
        return "its name cannot be the name of a file"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link or a device"
    return "it is encrypted" if info.flag_bits & ENCRYPTED_FLAG else ""
