"""A StreamField whose blocks stay out of migrations."""

from typing import Any

from wagtail.fields import StreamField


class LightStreamField(StreamField):
    """StreamField that a block may be renamed or moved under without a migration.

    Wagtail freezes every block of a stream into the migration. The column is JSON whatever the
    blocks are, so nothing in the database changes with them, while the frozen paths make old
    migrations break when a block moves. In a historical model, which is built without blocks,
    the value is the raw list, untouched, so that a data migration can read and rewrite it.
    """

    def __init__(self, block_types: Any = (), *args: Any, **kwargs: Any) -> None:
        super().__init__(block_types, *args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs

    @property
    def is_historical(self) -> bool:
        return not self.stream_block.child_blocks

    def to_python(self, value: Any) -> Any:
        return value if self.is_historical else super().to_python(value)

    def get_default(self) -> Any:
        return [] if self.is_historical else super().get_default()
