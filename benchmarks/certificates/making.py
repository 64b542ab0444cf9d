"""Signing, encoding, drawing, rendering, verifying, and issuing end to end, beside raw Ed25519 and raw typst.

Runs in a process of its own on a database that it makes: `python -m benchmarks.certificates.making COUNT`.
Prints one JSON object.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

RAW_PAGE = (
    b"#set page(width: 210mm, height: 297mm)\n#set text(size: 30pt)\nA name, a title and a number: 123\n"
)
#: Long enough for a steady figure, short enough for a coffee.
SECONDS = 2.0


def rate(work: Callable[[], object], *, seconds: float = SECONDS) -> dict[str, float]:
    """How often a second `work` is done by one thread of one process, and how long the typical one takes."""
    times: list[float] = []
    work()
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        work()
        times.append(time.perf_counter() - began)
    times.sort()
    return {
        "per_second": round(len(times) / sum(times), 1),
        "p50_ms": round(1000 * times[len(times) // 2], 4),
    }


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("keys", "init", stdout=sys.stderr)
    told = floor() | pure() | whole(int(sys.argv[1]))
    json.dump(told, sys.stdout)


def floor() -> dict[str, Any]:
    """What the libraries underneath do, with nothing of ours around them."""
    import typst
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    public, message = key.public_key(), b"m" * 100
    signature = key.sign(message)
    return {
        "raw Ed25519 sign": rate(lambda: key.sign(message)),
        "raw Ed25519 verify": rate(lambda: public.verify(signature, message)),
        "raw typst page": rate(lambda: typst.compile(RAW_PAGE)),
    }


def pure() -> dict[str, Any]:
    """The pure modules, without a database."""
    from lms.certificates.credential import Claims, parse, sign
    from lms.certificates.qrtext import build_text, parse_text
    from lms.certificates.symbol import build_symbol
    from lms.register.days import day_of
    from lms.register.ed25519 import Ed25519Signer

    signer = Ed25519Signer.from_seed(hashlib.sha256(b"benchmark").digest())
    claims = Claims(
        certificate_id=b"0123456789",
        name="فاطمة الزهراء عبد السلام المقريف",
        course="LTO",
        index=123_456,
        issued=day_of(date(2026, 2, 16)),
        expires=day_of(date(2028, 2, 16)),
        trainer_index=17,
    )
    message = sign(claims, signer)
    text = build_text("https://sanad.example", message)
    return {
        "sign a certificate": rate(lambda: sign(claims, signer)),
        "encode its QR text": rate(lambda: build_text("https://sanad.example", message)),
        "draw its QR symbol": rate(lambda: build_symbol(text)),
        "decode and verify the signature": rate(
            lambda: parse(parse_text(text)).is_signed_by(signer.public_key)
        ),
    }


def whole(count: int) -> dict[str, Any]:
    """Issuing to `count` people, their paper, and the verdict on one by the whole pack."""
    from lms.certificates.keys import root_policy
    from lms.certificates.models import Certificate
    from lms.certificates.pack import open_pack_folder
    from lms.certificates.paper import certificate_pdf, qr_text
    from lms.certificates.publish import publish_register
    from lms.certificates.services.issuing import issue_in_rounds
    from tests.factories.certificates import CertificateTypeFactory, enrolled

    kind = CertificateTypeFactory()
    people = [enrolled(kind)[0] for _ in range(count)]
    began = time.perf_counter()
    for _round in issue_in_rounds(enrolments=people, certificate_type=kind):
        pass
    issuing = time.perf_counter() - began
    certificates = list(Certificate.objects.select_related("trainer_certificate"))
    rendering = rate(lambda: certificate_pdf(certificates[0]))
    began = time.perf_counter()
    for certificate in certificates:
        certificate_pdf(certificate)
    papers = time.perf_counter() - began
    roots, text = root_policy(), qr_text(certificates[-1])
    with TemporaryDirectory() as folder:
        publish_register(folder=Path(folder) / "register")
        pack = open_pack_folder(Path(folder) / "register", roots.keys, need=roots.need)
        now = int(time.time())
        assert str(pack.judge(text, now=now).colour) == "green"
        judging = rate(lambda: pack.judge(text, now=now))
    return {
        "issue, without paper": {"per_second": round(count / issuing, 1), "count": count},
        "render the A4 page": rendering,
        "issue end to end, with paper": {"per_second": round(count / (issuing + papers), 1), "count": count},
        "verdict by a pack": judging,
    }


if __name__ == "__main__":
    main()
