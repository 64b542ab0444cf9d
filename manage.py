#!/usr/bin/env python3
"""The Django runner; the console script `sanad` calls the same main."""

from lms.__main__ import main

if __name__ == "__main__":
    main()
