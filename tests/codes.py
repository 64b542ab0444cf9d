"""Reading the codes of papers and screens. QR alone: text and ornaments now and then look like a bar code."""

from typing import Any

import zxingcpp


def read_codes(image: Any) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
