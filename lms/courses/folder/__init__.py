"""A course as a folder of YAML and Markdown (the format: content/courses/README.md). Imports no Django.

`read_course` turns a folder into plain objects or into a list of faults with file and line;
`write_course` turns plain objects into the one canonical folder that reads back as the same.
"""

from .course import LANGUAGES, CourseFolder, LessonFolder, ModuleFolder, read_course, write_course
from .faults import Fault, FolderError
from .lesson import Block, LessonText, Source

__all__ = [
    "LANGUAGES",
    "Block",
    "CourseFolder",
    "Fault",
    "FolderError",
    "LessonFolder",
    "LessonText",
    "ModuleFolder",
    "Source",
    "read_course",
    "write_course",
]
