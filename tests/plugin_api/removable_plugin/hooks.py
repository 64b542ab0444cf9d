"""A plugin that tells the platform nothing; it holds rows, files and pages that removal must find."""
