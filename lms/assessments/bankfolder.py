"""A question bank on disk: the YAML file, and beside it the images that it names. Without Django."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import yaml

from .bankfile import BankFile, read_bank
from .bankwriter import write_bank
from .filereader import Problem


def load_bank(path: Path) -> tuple[BankFile | None, list[Problem]]:
    """The bank in a file, or all its problems. Images are read from the file's own folder and those in it.

    Raises OSError, UnicodeDecodeError and yaml.YAMLError for a file that cannot be read at all.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    folder = path.resolve().parent

    def read_image(name: str) -> bytes | None:
        image = (folder / name).resolve()
        return image.read_bytes() if image.is_relative_to(folder) and image.is_file() else None

    return read_bank(data, read_image)


def save_bank(bank: BankFile, path: Path) -> None:
    """Write the file and its images, so that `load_bank` reads the same bank. Raises OSError."""
    text = yaml.safe_dump(write_bank(bank), allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, encoding="utf-8")
    for name, data in images_by_name(bank).items():
        target = path.parent / PurePosixPath(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def images_by_name(bank: BankFile) -> Mapping[str, bytes]:
    """The image files of a bank under the names that its questions and scenarios use."""
    pictures = [entry.content.image for entry in bank.questions]
    pictures += [entry.stimulus.image for entry in bank.scenarios]
    return {picture.name: bank.images[picture.sha256] for picture in pictures if picture}
