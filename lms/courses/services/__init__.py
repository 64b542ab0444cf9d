"""What changes courses and the progress of their readers."""

from .exporting import export_course
from .importing import FileState, ImportReport, import_course
from .pages import rename_course_pages, share_facts
from .progress import complete_lessons, open_lesson
from .tree import ensure_course_tree

__all__ = [
    "FileState",
    "ImportReport",
    "complete_lessons",
    "ensure_course_tree",
    "export_course",
    "import_course",
    "open_lesson",
    "rename_course_pages",
    "share_facts",
]
