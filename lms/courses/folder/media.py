"""Which files a course may carry. Pure: imports no Django."""

import re

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
#: What browsers on old phones play without help.
AUDIO_SUFFIXES = (".mp3", ".m4a")
VIDEO_SUFFIXES = (".mp4", ".webm")
CAPTION_SUFFIXES = (".vtt",)
DOCUMENT_SUFFIXES = (".pdf", ".docx", ".odt", ".xlsx", ".ods", ".csv")

MEDIA_FOLDER = "media"
MAX_IMAGE_BYTES = 8 * 1024 * 1024
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_TEXT_BYTES = 1024 * 1024

#: A file in the media folder beside the lesson: no path can leave the folder in this alphabet.
MEDIA_NAME = re.compile(r"media/\w[\w.-]{0,99}")
MAX_SLUG = 100
MAX_CODE = 20
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
