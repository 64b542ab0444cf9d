"""Exports: the list stays open, a download is the whole file or an error."""

from types import ModuleType
from typing import Any, BinaryIO

import pytest

from lms.plugin_api import DataExport
from lms.plugin_api.exports import data_exports, find_data_export, write_data_export
from lms.plugin_api.manager import PluginError
from lms.plugin_api.testing import plugin_registered

from .plugins import make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")


class Staff:
    def has_perm(self, permission: str) -> bool:
        return permission == "oath.view_oath"


STAFF: Any = Staff()


def write_rows(destination: BinaryIO) -> None:
    destination.write(b"name\r\n")
    destination.write("خديجة\r\n".encode())


def write_half(destination: BinaryIO) -> None:
    destination.write(b"name\r\n")
    raise RuntimeError


def export(
    key: str, write: Any = write_rows, permission: str = "oath.view_oath", **fields: Any
) -> DataExport:
    return DataExport(key, f"Export {key}", "text/csv", permission, write, **fields)


def export_plugin(name: str, *exports: DataExport) -> ModuleType:
    return make_plugin(name, data_exports=lambda user: exports)


def test_data_exports_with_good_plugin_are_listed_and_written_whole() -> None:
    with plugin_registered(export_plugin("oath", export("oath.rows", filename="oaths.csv"))):
        [offered] = data_exports(STAFF)
        assert (offered.label, offered.media_type, offered.filename) == (
            "Export oath.rows",
            "text/csv",
            "oaths.csv",
        )
        with write_data_export(offered) as file:
            assert file.read().decode() == "name\r\nخديجة\r\n"


def test_data_exports_without_plugin_are_none() -> None:
    assert data_exports(STAFF) == []
    assert find_data_export(STAFF, "oath.rows") is None


def test_data_exports_with_raising_plugin_are_left_out_of_the_list(caplog: pytest.LogCaptureFixture) -> None:
    with (
        plugin_registered(make_plugin("bad", data_exports=raise_personal_error)),
        plugin_registered(export_plugin("oath", export("oath.rows"))),
    ):
        assert [offered.key for offered in data_exports(STAFF)] == ["oath.rows"]
    assert "plugin bad failed in data_exports" in caplog.text


def test_data_export_that_fails_half_way_is_an_error_and_no_file() -> None:
    with plugin_registered(export_plugin("oath", export("oath.rows", write_half))):
        [offered] = data_exports(STAFF)
        with pytest.raises(PluginError, match="'oath' failed in data_exports"):
            write_data_export(offered)


def test_data_export_without_its_permission_cannot_be_found() -> None:
    with plugin_registered(export_plugin("oath", export("oath.secret", permission="oath.other"))):
        assert data_exports(STAFF) == []
        assert find_data_export(STAFF, "oath.secret") is None


def test_data_export_is_found_by_its_key() -> None:
    with plugin_registered(export_plugin("oath", export("oath.rows"), export("oath.more"))):
        found = find_data_export(STAFF, "oath.more")
    assert found is not None
    assert (found.key, found.filename) == ("oath.more", "oath.more")


def test_data_export_that_names_no_permission_is_refused() -> None:
    with pytest.raises(ValueError, match=r"oath\.rows names no permission"):
        export("oath.rows", permission="")


def test_data_exports_of_a_paused_plugin_stay() -> None:
    with plugin_registered(export_plugin("oath", export("oath.rows")), paused=True):
        assert [offered.key for offered in data_exports(STAFF)] == ["oath.rows"]
