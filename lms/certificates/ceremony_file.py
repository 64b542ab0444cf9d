"""The ceremony as one file for machines without a network: the pure modules it needs, and nothing else."""

import hashlib
import io
import zipfile
from pathlib import Path

from lms.register.export import write_file

SOURCE = Path(__file__).resolve().parents[2]
MODULES = (
    "lms/__init__",
    "lms/certificates/__init__",
    "lms/certificates/ceremony",
    "lms/certificates/keyset",
    "lms/certificates/roots",
    "lms/certificates/signed_document",
    "lms/register/__init__",
    "lms/register/canonical",
    "lms/register/days",
    "lms/register/ed25519",
    "lms/register/errors",
    "lms/register/keyfiles",
    "lms/register/merkle",
    "lms/register/note",
    "lms/register/records",
    "lms/register/sealing",
)
_MAIN = b"import sys\n\nfrom lms.certificates.ceremony import main\n\nsys.exit(main())\n"
_SHEBANG = b"#!/usr/bin/env python3\n"


def write(path: Path) -> str:
    """Write the file and return its SHA-256: the same for the same source, so that custodians can compare."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # ZipInfo's own date is 1980 for every member, whatever the clock says.
        archive.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
        for module in MODULES:
            archive.writestr(zipfile.ZipInfo(f"{module}.py"), (SOURCE / f"{module}.py").read_bytes())
    data = _SHEBANG + stream.getvalue()
    write_file(path, data)
    return hashlib.sha256(data).hexdigest()
